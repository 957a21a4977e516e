package import Records

/// The name of an event among kept rows: its member, and the id that it has there. It hangs on no party's numbering of members.
package struct RowKey: Hashable, Sendable {
    /// A member among kept rows, by the first eight bytes of its name's digest.
    package struct Member: Hashable, Sendable {
        fileprivate let tag: UInt64

        fileprivate init(tag: UInt64) { self.tag = tag }

        package init(_ member: MemberID) {
            tag = UInt64(
                bigEndianBytes: Digest32(of: [Array("cordon/rows/member/v1".utf8), Array(member.name.utf8)]).bytes[..<8]
            )
        }
    }

    package let member: Member
    private let id: EventID

    static let byteCount = 24

    package init(_ event: EventID, of member: Member) {
        self.member = member
        id = event
    }

    /// A name that was written: `byteCount` bytes.
    init(_ bytes: ArraySlice<UInt8>) {
        guard let id = EventID(Array(bytes.dropFirst(8))) else { preconditionFailure("an id has sixteen bytes") }
        member = Member(tag: UInt64(bigEndianBytes: bytes.prefix(8)))
        self.id = id
    }

    func write(to out: inout [UInt8]) {
        member.tag.withBigEndianBytes { out.append(contentsOf: $0) }
        id.write(to: &out)
    }
}
