/// A sequence of frames that belong together: one conversation of one protocol. Protocols share the links between parties and
/// can't disturb each other, since no stream is of two.
package struct StreamID: Hashable, Sendable {
    /// The protocol's id (`LinkProtocol.id`).
    package var `protocol`: UInt8
    /// Which conversation of that protocol.
    package var number: UInt32

    package init(protocol: UInt8, number: UInt32) {
        self.protocol = `protocol`
        self.number = number
    }
}
