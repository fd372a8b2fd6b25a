"""The rules of what people define and ask: pure functions of plain values, each rule written once."""
