import Records
import ThreeParty

/// How far each member has come in event time, by its events that were counted; so that the time is what no member decides
/// by itself.
struct MemberTimes: Sendable {
    /// By member, seconds; nil before its first event.
    private var newest = [UInt32?](repeating: nil, count: MemberNumber.limit)

    /// Takes the time of a counted event; only a newer one than the member's newest changes anything.
    mutating func note(_ member: MemberNumber, _ time: EventTime) {
        let seconds = UInt32(time.seconds)
        if newest[Int(member.value)].map({ seconds > $0 }) ?? true { newest[Int(member.value)] = seconds }
    }

    /// What at least two members have come to, or the one of a consortium of one; nil where too few have sent an event.
    func agreed(members: Int) -> EventTime? {
        let sorted = newest.compactMap { $0 }.sorted(by: >)
        let place = members == 1 ? 0 : 1
        return place < sorted.count ? EventTime(seconds: Int64(sorted[place])) : nil
    }

    // MARK: Rows

    /// How many members (1), then member (1) and time (4) of each, in the members' order; little-endian.
    var header: [UInt8] {
        var out: [UInt8] = [UInt8(newest.count { $0 != nil })]
        for (member, time) in newest.enumerated() {
            guard let time else { continue }
            out.append(UInt8(member))
            withUnsafeBytes(of: time.littleEndian) { out += $0 }
        }
        return out
    }

    init() {}

    /// Takes its part from the front of `header`; nil where that is none.
    init?(taking header: inout ArraySlice<UInt8>) {
        guard let count = header.popFirst(), header.count >= 5 * Int(count) else { return nil }
        for _ in 0..<count {
            guard let member = MemberNumber(Int(header.removeFirst())), newest[Int(member.value)] == nil else {
                return nil
            }
            newest[Int(member.value)] = UInt32.unpack(Array(header.prefix(4)))[0]
            header.removeFirst(4)
        }
    }
}
