package import Records

/// The name of an event among kept rows: half of a SHA-256 of its member and the id that it has there, so that it hangs on no
/// party's numbering of members.
package struct RowKey: Hashable, Sendable {
    private let number: UInt128

    static let byteCount = 16

    package init(_ event: EventID, of member: MemberID) {
        let digest = Digest32(of: [Array("cordon/rows/event/v1".utf8), Array(member.name.utf8), event.bytes])
        number = UInt128(bigEndianBytes: digest.bytes[..<Self.byteCount])
    }

    /// A name that was written.
    init(_ bytes: ArraySlice<UInt8>) { number = UInt128(bigEndianBytes: bytes) }

    func write(to out: inout [UInt8]) { number.withBigEndianBytes { out.append(contentsOf: $0) } }
}
