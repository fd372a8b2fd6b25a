"""What a site that keeps counts only shows of its closed days."""
