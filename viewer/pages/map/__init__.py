"""Parts shared by several maps: strips, legends, accounts, controls, element names, notes."""
