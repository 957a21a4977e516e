package import Records

/// What names an event: its member, and the id that it has there. Ids are each member's own, so no member's event stands in the way
/// of another's. Stored as member (1) and id (16).
package struct EventKey: NumberedKey {
    package let member: MemberNumber
    package let id: EventID

    package init(_ member: MemberNumber, _ id: EventID) {
        self.member = member
        self.id = id
    }

    package static let byteCount = 17

    /// Nil for bytes that are no event's.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount, let first = bytes.first, let member = MemberNumber(Int(first)),
            let id = EventID(Array(bytes.dropFirst()))
        else { return nil }
        self.init(member, id)
    }

    package var bytes: [UInt8] { [member.value] + id.bytes }

    package func write(to out: inout [UInt8]) {
        out.append(member.value)
        id.write(to: &out)
    }

    /// Members choose their ids, so it is keyed: nobody can foresee which of them meet.
    var spread: UInt64 { UInt64(bitPattern: Int64(hashValue)) }
}
