import EventLogs
import Records
import Stages

/// The runner of schedules: each starts from one consortium with keys and a first few payments, or from nothing, and ends with
/// every fault healed and some payments more, which show what was counted.
package struct Simulation {
    private let terms: Terms
    private let begun: SimulatedConsortium

    /// Makes keys, and lets a consortium start undisturbed.
    ///
    /// - Parameters:
    ///   - roundsScores: whether members get the calibration's steps of scores.
    ///   - hasNext: whether members share a next feature spec, too, whose model goes in force in the midst of a schedule.
    ///   - opensReasons: whether members are told why their alerts were ones.
    /// - Throws: where even that does not work.
    package init(roundsScores: Bool = false, hasNext: Bool = false, opensReasons: Bool = false) throws {
        terms = try Terms(roundsScores: roundsScores, hasNext: hasNext, opensReasons: opensReasons)
        begun = try SimulatedConsortium(terms, seed: 0)
        for member in 0..<Terms.members { begun.apply(.send(member: member, Self.payments(from: 1000, minutes: 0))) }
        let findings = Self.settle(begun)
        guard findings.isEmpty else { throw Broken(findings: findings) }
    }

    /// An undisturbed consortium that does not work.
    package struct Broken: Error, CustomStringConvertible {
        package let findings: [String]
        package var description: String {
            "the undisturbed consortium is broken: " + findings.joined(separator: "; ")
        }
    }

    /// Runs a schedule.
    ///
    /// - Parameters:
    ///   - plant: a bug that is planted.
    ///   - log: told what the roles log, a line each.
    /// - Returns: what is wrong, in words; empty where nothing is.
    package func run(
        _ schedule: Schedule, plant: Plant? = nil, log: (@Sendable (String) -> Void)? = nil
    ) throws -> [String] {
        let consortium = try SimulatedConsortium(
            terms, from: schedule.fromNothing ? nil : begun, seed: schedule.seed, plant: plant, log: log)
        for (place, operation) in schedule.operations.enumerated() {
            if place == schedule.operations.count / 2 { try consortium.switchSpec() }
            consortium.apply(operation)
        }
        consortium.heal()
        let last = Self.lastMinute(of: schedule.operations)
        for member in consortium.people.present {
            consortium.apply(.send(member: member, [.watermark(minutes: last + 200)]))
        }
        let findings = Self.settle(consortium)
        guard findings.isEmpty else { return findings }
        // What comes behind a closing shows each party that nothing is needed of the epoch any more.
        for member in consortium.people.present {
            consortium.apply(.send(member: member, Self.payments(from: 2000, minutes: last + 210)))
        }
        return Self.settle(consortium, erased: true)
    }

    /// Waits until who takes part is as agreed, rotations of keys are at their end, there is a decision on every transaction and
    /// all is counted, and a little longer; what is wrong then.
    private static func settle(_ consortium: SimulatedConsortium, erased: Bool = false) -> [String] {
        var settling = Settling(consortium, erased: erased)
        for _ in 0..<patience where !settling.isDone() {
            consortium.orderWhatMembersWaitFor()
            consortium.work(for: .milliseconds(100))
        }
        // Of what members that left have sealed it is known now how much is scored.
        for _ in 0..<100 where !Oracle.areScoresDecided(consortium) { consortium.work(for: .milliseconds(100)) }
        consortium.work(for: .milliseconds(600))
        // The parties are asked every five seconds, for a minute behind the last score.
        for _ in 0..<900 where !ExpectedReasons.areTold(consortium) { consortium.work(for: .milliseconds(100)) }
        let waiting = consortium.isWaitingForKeys(erased: erased)
        return Oracle.findings(in: consortium, settled: erased) + [waiting].compactMap { $0 }
            + (erased ? consortium.keysLeft() : [])
    }

    /// The tenths of a second that are waited at most: an agent looks once a minute at what waits for too long, and seals it again
    /// after one minute, two more and four more.
    private static let patience = 4800

    /// A payment for every terminal and device.
    private static func payments(from id: Int, minutes: Int) -> [Message] {
        (0..<max(Terms.terminals, Terms.devices)).map { number in
            .payment(
                id: id + number, minutes: minutes, customer: number % Terms.customers,
                terminal: number % Terms.terminals, device: number % Terms.devices, amount: 10 + number)
        }
    }

    private static func lastMinute(of schedule: [Operation]) -> Int {
        schedule.flatMap { operation -> [Int] in
            guard case .send(_, let messages) = operation else { return [] }
            return messages.map { message in
                switch message {
                case .payment(_, let minutes, _, _, _, _), .watermark(let minutes): minutes
                case .label, .malformed: 0
                }
            }
        }.max() ?? 0
    }
}
