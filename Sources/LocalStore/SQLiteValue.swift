/// A value that a statement's parameter takes.
package protocol SQLiteValue {
    func bind(to statement: SQLiteStatement, at index: Int32)
}

extension Int64: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, self) }
}

extension Int: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, Int64(self)) }
}

extension Bool: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, self ? 1 : 0) }
}

extension Double: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, real: self) }
}

extension String: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, self) }
}

/// A blob, of which SQLite keeps a copy.
extension [UInt8]: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) { statement.bind(index, copying: self) }
}

/// NULL where there is nothing.
extension Optional: SQLiteValue where Wrapped: SQLiteValue {
    package func bind(to statement: SQLiteStatement, at index: Int32) {
        if let value = self { value.bind(to: statement, at: index) } else { statement.bindNull(index) }
    }
}
