"""Who is counted: the bar's second row with its filters, and links that narrow to what is on the screen."""
