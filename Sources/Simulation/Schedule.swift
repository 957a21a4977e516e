import Worlds

/// A schedule with all that a run of it follows from.
package struct Schedule: Sendable, Hashable, Codable {
    /// Of the order of turns.
    package var seed: UInt64
    /// Whether the consortium starts without a token key, too.
    package var fromNothing: Bool
    package var operations: [Operation]

    package init(seed: UInt64, fromNothing: Bool, operations: [Operation]) {
        self.seed = seed
        self.fromNothing = fromNothing
        self.operations = operations
    }

    /// The schedule that a seed draws; one of sixteen starts from nothing.
    ///
    /// - Parameter changesMembers: whether members come and go, with epochs of keys.
    package init(seed: UInt64, changesMembers: Bool = false) {
        var generator = Generator(seed: seed, changesMembers: changesMembers)
        self.init(seed: seed, fromNothing: seed % 16 == 0, operations: generator.schedule())
    }

    /// The smallest schedule found that still fails: operations, then messages, are left out for as long as it does.
    ///
    /// - Parameter fails: runs a schedule.
    package func shrunk(tries: Int = 400, while fails: (Schedule) -> Bool) -> Schedule {
        var best = self
        var left = tries
        func attempt(_ operations: [Operation]) -> Bool {
            guard left > 0 else { return false }
            left -= 1
            var smaller = best
            smaller.operations = operations
            guard fails(smaller) else { return false }
            best = smaller
            return true
        }
        var size = max(1, operations.count / 2)
        while left > 0 {
            var start = 0
            var hasShrunk = false
            while start < best.operations.count {
                var operations = best.operations
                operations.removeSubrange(start..<min(start + size, operations.count))
                if attempt(operations) { hasShrunk = true } else { start += size }
            }
            if size > 1 { size /= 2 } else if !hasShrunk { break }
        }
        for index in best.operations.indices {
            guard case .send(let member, var messages) = best.operations[index] else { continue }
            for place in messages.indices.reversed() where messages.count > 1 {
                var fewer = messages
                fewer.remove(at: place)
                var operations = best.operations
                operations[index] = .send(member: member, fewer)
                if attempt(operations) { messages = fewer }
            }
        }
        return best
    }
}
