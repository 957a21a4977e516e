import Worlds

/// The maker of schedules: operations that a seed draws, members' records among faults of every kind.
package struct Generator {
    private let changesMembers: Bool
    private var random: SeededRandom
    /// The minutes of the payments so far, by member and number.
    private var minutes = [[Int]](repeating: [], count: Terms.most)

    /// - Parameter changesMembers: whether members come and go, too.
    package init(seed: UInt64, changesMembers: Bool = false) {
        random = SeededRandom(seed: seed, stream: 1)
        self.changesMembers = changesMembers
    }

    /// How many there may be.
    private var members: Int { changesMembers ? Terms.most : Terms.members }

    /// - Parameter length: of the schedule, in rounds of a member's records, a fault or none, and some work.
    package mutating func schedule(rounds: Int = 12) -> [Operation] {
        var out: [Operation] = []
        for _ in 0..<rounds {
            for member in 0..<members where random.below(4) > 0 { out.append(send(member)) }
            for _ in 0..<random.below(3) { out += fault() }
            out.append(.work(milliseconds: [5, 20, 60, 250, 1500][random.below(5)]))
        }
        return out
    }

    private mutating func send(_ member: Int) -> Operation {
        .send(member: member, (0..<(1 + random.below(4))).map { _ in message(member) })
    }

    private mutating func message(_ member: Int) -> Message {
        let sent = minutes[member].count
        let last = minutes[member].last ?? 0
        switch random.below(20) {
        case 0 where sent > 0: return payment(member, random.below(sent), isOther: random.below(4) == 0)
        case 1: return .malformed
        case 2, 3, 4, 5: return .label(id: random.below(sent + 1), fraud: random.below(3) > 0)
        case 6: return .watermark(minutes: last)
        default:
            // Some come late.
            minutes[member].append(max(0, last + (random.below(10) == 0 ? -random.below(90) : 5 + random.below(40))))
            return payment(member, sent)
        }
    }

    /// The payment of a number, the same however often it is asked for.
    ///
    /// - Parameter isOther: another payment of its number.
    private func payment(_ member: Int, _ id: Int, isOther: Bool = false) -> Message {
        var own = SeededRandom(seed: UInt64(member), stream: UInt64(id) + (isOther ? 1_000_000 : 7))
        return .payment(
            id: id, minutes: minutes[member][id], customer: own.below(Terms.customers),
            terminal: own.below(Terms.terminals),
            device: own.below(4) == 0 ? nil : own.below(Terms.devices), amount: 1 + own.below(200))
    }

    private mutating func role() -> Role {
        random.below(2) == 0
            ? .party(random.below(3)) : .agent(member: random.below(members), machine: random.below(2))
    }

    private mutating func time() -> Int { [10, 100, 800, 3000, 12_000][random.below(5)] }

    private mutating func fault() -> [Operation] {
        let member = random.below(members)
        if changesMembers, random.below(6) == 0 {
            // Without an order the next rotation brings it, or the end.
            return [changeOfMembers(member)] + (random.below(4) > 0 ? [.rotateKeys] : [])
        }
        guard random.below(16) > 0 else {
            // A process that has just begun is frozen in the midst of that, and replaced.
            let began: Operation = .replace(member: member, frozenFor: 0)
            let frozen: Operation = .freeze(
                .agent(member: member, machine: 0), afterSteps: 1 + random.below(6), milliseconds: time())
            return [began, frozen, .work(milliseconds: 20), began]
        }
        return [single(member)]
    }

    private mutating func single(_ member: Int) -> Operation {
        switch random.below(18) {
        case 0, 1: return .crash(role(), downFor: time())
        case 2: return .restart(role())
        case 3: return .freeze(role(), afterSteps: random.below(4), milliseconds: time())
        case 4, 5: return .replace(member: member, frozenFor: random.below(2) * time())
        case 6: return .handOver(member: member)
        case 7: return .log(role(), .refuseAppends(1 + random.below(4)))
        case 8: return .log(role(), .loseAnswers(1 + random.below(3)))
        case 9: return random.below(2) == 0 ? .log(role(), .refuseReads(1 + random.below(6))) : .recoverLog(role())
        case 10:
            return .log(
                role(), random.below(2) == 0 ? .lag(records: random.below(6)) : .slow(.milliseconds(random.below(30))))
        case 11: return .fillDisk(role(), commits: 1 + random.below(3))
        case 12: return .jump(role(), seconds: random.below(7200) - 3600)
        case 13: return .frames(to: random.below(3), fate(), count: 1 + random.below(4))
        case 14: return .loseLinks(of: random.below(3), milliseconds: time())
        case 15: return random.below(2) == 0 ? .rotateTokenKey : .frames(to: random.below(3), fate(), count: 1)
        default: return random.below(3) == 0 ? .restartCoordinator : .rotateKeys
        }
    }

    /// Who joins is no member at first; whatever can't be, such as a member that joins again, is nothing.
    private mutating func changeOfMembers(_ member: Int) -> Operation {
        switch random.below(5) {
        case 0: .leave(member: member)
        case 1: .expel(member: member)
        default: .join(member: Terms.members + random.below(Terms.most - Terms.members))
        }
    }

    private mutating func fate() -> SimulatedLinks.Fate {
        switch random.below(6) {
        case 0: .linkLost
        case 1: .repeated
        case 2: .overtakes
        case 3: .lost
        default: .arrives(after: .milliseconds(random.below(400)))
        }
    }
}
