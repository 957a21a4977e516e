/// The tokens that a transaction's boxes carry.
package struct BoxedTokens: Sendable {
    /// The epoch of the key that the tokens are under; 0 where there are none.
    package var epoch: UInt64
    /// 33 bytes a kind of entity that the spec has tokens of, in order; zeros where the transaction names none.
    package var bytes: [UInt8]

    package init(epoch: UInt64, bytes: [UInt8]) {
        self.epoch = epoch
        self.bytes = bytes
    }

    /// The tokens of a spec without features of the consortium.
    package static let none = BoxedTokens(epoch: 0, bytes: [])
}
