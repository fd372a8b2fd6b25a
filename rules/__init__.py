"""The rules of definitions and questions: pure functions of plain values, each rule written once."""
