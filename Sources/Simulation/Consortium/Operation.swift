import Records

/// An operation of a schedule: something that happens to a simulated consortium. It means the same whatever others were left out
/// before it, so that a failing schedule can be shrunk.
package enum Operation: Sendable, Hashable, Codable {
    /// A member's system writes records.
    case send(member: Int, [Message])
    /// Everybody works for so long.
    case work(milliseconds: Int)
    /// A process ends as its machine fails, and starts again from what was kept.
    case crash(Role, downFor: Int)
    /// A process is asked to stop, and starts again when it has.
    case restart(Role)
    /// A process takes no turns for so long, as one that is swapped out or stopped by its host; after so many that it still takes.
    case freeze(Role, afterSteps: Int, milliseconds: Int)
    /// A party's state is gone: the counts, the shares of models and how far it is. It starts again, and the two others deal them.
    case loseState(party: Int)
    /// A second process of an agent's instance starts on its machine, while the first goes on, or is frozen for a while.
    case replace(member: Int, frozenFor: Int)
    /// The group gives a member's partition to its agent on the other machine.
    case handOver(member: Int)
    case log(Role, LogFault)
    case recoverLog(Role)
    /// The next commits on a process's disks fail.
    case fillDisk(Role, commits: Int)
    /// A process's time of day jumps.
    case jump(Role, seconds: Int)
    /// The next frames that a party is sent have this fate.
    case frames(to: Int, SimulatedLinks.Fate, count: Int)
    /// A party's links go down, and come up again.
    case loseLinks(of: Int, milliseconds: Int)
    /// The coordinator orders a new token key.
    case rotateTokenKey
    /// The coordinator orders keys of a new epoch, and carries the rotation on until the epoch before is closed.
    case rotateKeys
    /// The coordinator's process ends, and another one goes on from the log.
    case restartCoordinator
    /// Somebody who is no member joins, by the word of those whom the agreement asks.
    case join(member: Int)
    /// A member leaves by its own word.
    case leave(member: Int)
    /// The other members tell one to leave.
    case expel(member: Int)
}

/// A process by what it is: a party by its number, or a member's agent on its first or second machine.
package enum Role: Sendable, Hashable, Codable, Comparable {
    case party(Int)
    case agent(member: Int, machine: Int)
}

/// A record of a member's system, by what it means: names are made of the numbers.
package enum Message: Sendable, Hashable, Codable {
    /// A payment at `minutes` of event time after the simulation's first.
    case payment(id: Int, minutes: Int, customer: Int, terminal: Int, device: Int?, amount: Int)
    case label(id: Int, fraud: Bool)
    case watermark(minutes: Int)
    case malformed
}

extension Operation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .send(let member, let messages):
            "bank-\(member) sends " + messages.map { "\($0)" }.joined(separator: ", ")
        case .work(let time): "all work for \(time) ms"
        case .crash(let role, let time): "\(role) crashes, and is down for \(time) ms"
        case .restart(let role): "\(role) is stopped and starts again"
        case .freeze(let role, let steps, let time): "\(role) is frozen after \(steps) steps, until \(time) ms from now"
        case .loseState(let party): "party-\(party) loses its state, and takes over from nothing"
        case .replace(let member, let time):
            "bank-\(member)'s agent is replaced by another process" + (time > 0 ? ", and frozen for \(time) ms" : "")
        case .handOver(let member): "bank-\(member)'s partition goes to the agent on its other machine"
        case .log(let role, let fault): "the log of \(role): \(fault)"
        case .recoverLog(let role): "the log of \(role) recovers"
        case .fillDisk(let role, let commits): "the next \(commits) commits of \(role) fail"
        case .jump(let role, let seconds): "the clock of \(role) jumps by \(seconds) s"
        case .frames(let party, let fate, let count): "the next \(count) frames to party-\(party): \(fate)"
        case .loseLinks(let party, let time): "party-\(party)'s links are down for \(time) ms"
        case .rotateTokenKey: "the token key is rotated"
        case .rotateKeys: "keys of a new epoch are ordered"
        case .restartCoordinator: "the coordinator starts again"
        case .join(let member): "bank-\(member) joins"
        case .leave(let member): "bank-\(member) leaves"
        case .expel(let member): "bank-\(member) is expelled"
        }
    }
}

extension Role: CustomStringConvertible {
    package var description: String {
        switch self {
        case .party(let number): "party-\(number)"
        case .agent(let member, let machine): "bank-\(member)'s agent \(machine)"
        }
    }
}

extension Message: CustomStringConvertible {
    package var description: String {
        switch self {
        case .payment(let id, let minutes, let customer, let terminal, let device, let amount):
            "payment \(id) (minute \(minutes), c\(customer), t\(terminal), \(device.map { "d\($0)" } ?? "-"), \(amount))"
        case .label(let id, let fraud): "\(id) was \(fraud ? "a fraud" : "none")"
        case .watermark(let minutes): "minute \(minutes) has come"
        case .malformed: "malformed bytes"
        }
    }
}
