import Formats
package import Model
package import Records

extension EntityHasher {
    /// The id that an agent knows a transaction by: a keyed hash of the member's id of it; never 0.
    package func id(of transaction: String) -> UInt64 {
        var name = transaction
        let id = name.withUTF8 { hash($0, domain: 0xFF) }
        return id == 0 ? 1 : id
    }

    /// A transaction as windows and known ids keep it.
    package func row(of transaction: Transaction) -> StateBlock.Row {
        let content = transaction.content.withUnsafeBufferPointer { hash($0, domain: 0xFE) }
        return StateBlock.Row(
            id: id(of: transaction.id), content: UInt32(truncatingIfNeeded: content), event: event(of: transaction))
    }
}
