import Records
import ThreeParty

/// How far each member has come in event time, by its events that were counted; so that the time is what no member decides
/// by itself, and no two where there are more.
struct MemberTimes: Sendable {
    /// By member, seconds; nil before its first event.
    private var newest = [UInt32?](repeating: nil, count: MemberNumber.limit)

    /// Takes the time of a counted event; only a newer one than the member's newest changes anything.
    mutating func note(_ member: MemberNumber, _ time: EventTime) {
        let seconds = UInt32(time.seconds)
        if newest[Int(member.value)].map({ seconds > $0 }) ?? true { newest[Int(member.value)] = seconds }
    }

    /// The median of the members' times, the lower of the two in the middle; of a consortium of one, what that member has come
    /// to. Nil where too few have sent an event: one of several members never decides alone.
    ///
    /// - Parameter oldest: seconds; members that have sent nothing since are left out.
    func median(members: Int, since oldest: Int64) -> EventTime? {
        let sorted = newest.compactMap { $0 }.filter { Int64($0) >= oldest }.sorted(by: >)
        let place = members == 1 ? 0 : max(1, sorted.count / 2)
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
