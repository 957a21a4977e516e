/// Who works on which partition of a group: as even as can be, and with as few moves as that allows (as Kafka's
/// cooperative-sticky assignor does). A function of who is there and who has what, so every member computes the same.
struct StickyAssignment {
    /// - Parameters:
    ///   - partitions: all of them, in any order.
    ///   - members: those that are alive.
    ///   - owners: who has a partition now; partitions of others than `members` are free.
    static func target(
        partitions: [Int64], members: [String], owners: [Int64: String]
    ) -> [String: Set<Int64>] {
        guard !members.isEmpty else { return [:] }
        let partitions = partitions.sorted()
        var held = Dictionary(uniqueKeysWithValues: members.map { ($0, [Int64]()) })
        for partition in partitions {
            if let owner = owners[partition] { held[owner]?.append(partition) }
        }
        // Those with the most keep the odd ones, so that nothing moves for evenness' sake alone.
        let order = members.sorted { (-(held[$0]?.count ?? 0), $0) < (-(held[$1]?.count ?? 0), $1) }
        let base = partitions.count / members.count
        let odd = partitions.count % members.count
        var target: [String: Set<Int64>] = [:]
        var free = Set(partitions)
        for (place, member) in order.enumerated() {
            let kept = (held[member] ?? []).prefix(base + (place < odd ? 1 : 0))
            target[member] = Set(kept)
            free.subtract(kept)
        }
        var rest = free.sorted()[...]
        for (place, member) in order.enumerated() {
            let missing = base + (place < odd ? 1 : 0) - (target[member]?.count ?? 0)
            target[member]?.formUnion(rest.prefix(missing))
            rest = rest.dropFirst(missing)
        }
        return target
    }
}
