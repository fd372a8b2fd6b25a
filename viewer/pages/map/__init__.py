"""What several maps share: strips, legends, ledgers, controls, element names, notes."""
