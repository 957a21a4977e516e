import ArgumentParser
import Model
import Records
import Secrets
import Terminal
import ThreeParty
import Worlds

/// `cordon-bench reasons`: what features added to alerts, on shares, held against the scorecard in the clear.
struct BenchReasonsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reasons",
        abstract: "Answer choices of alerts on shares, and hold every answer against the scorecard in the clear.",
        discussion: """
            An invented scorecard, invented transactions of a member, and three parties in this process, who take turns on one thread. \
            Every alert is chosen once, eight a request, among all transactions. Where one contribution differs, nothing is reported.
            """)

    @Option(help: "Transactions of the member that are chosen among.") var rows = 10_000
    @Option(help: "Alerts that are asked about.") var alerts = 10_000
    @Option(help: "Features.") var features = 19
    @Option(help: "Thermometer bits of a feature.") var bits = 17
    @Option(help: "Seed of all that is invented.") var seed: UInt64 = 1

    func validate() throws {
        guard (1...65_536).contains(rows), (1...1_000_000).contains(alerts), (1...64).contains(features),
            (1...31).contains(bits)
        else {
            throw ValidationError("rows are 1 to 65,536, alerts 1 to 1,000,000, features 1 to 64, and bits 1 to 31")
        }
    }

    func run() throws {
        var random = SeededRandom(seed: seed, stream: 1)
        let widths = [Int](repeating: bits, count: features)
        let card = Scorecard(
            points: widths.map { (0...$0).map { _ in Int32.random(in: -4_000...4_000, using: &random) } },
            fractionBits: 11)
        let bins = (0..<rows).map { _ in widths.map { UInt8.random(in: 0...UInt8($0), using: &random) } }
        let shown = (0..<rows).map { _ in UInt8.random(in: 0...15, using: &random) }
        let cell = ReasonsCell(card: card, widths: widths, bins: bins, shown: shown, random: &random)
        let (perRequest, begin) = (8, ContinuousClock.now)
        var compared = 0
        for first in stride(from: 0, to: alerts, by: perRequest) {
            let chosen = (first..<min(first + perRequest, alerts)).map { $0 * 7919 % rows }
            let answers = try cell.ask(chosen, choices: perRequest, plan: first, random: &random)
            for (row, answer) in zip(chosen, answers) {
                guard answer.contributions == card.contributions(bins[row]), answer.shown == shown[row] else {
                    throw Failure("alert \(compared) has other contributions on shares than in the clear")
                }
                compared += 1
            }
        }
        let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
        let requests = (alerts + perRequest - 1) / perRequest
        say(
            "\(compared) of \(alerts) alerts: what the parties say is what the scorecard in the clear says, in every bit"
        )
        say(
            "\(requests) requests of \(perRequest) choices among \(rows) transactions: \(cell.bytes / 3 / requests) bytes a party and "
                + "request in \(ReasonQuery.rounds) rounds, \(decimals(milliseconds / Double(requests), 1)) ms a request, all three parties on one thread"
        )
    }
}

/// Three parties with a card and a member's rows in shares.
final class ReasonsCell {
    private let cards: [CardShares]
    private let rows: [ReasonRows]
    private let widths: [Int]
    private let keys: [TrainingKeys]
    /// Bytes of the frames that all three sent.
    private(set) var bytes = 0

    init(card: Scorecard, widths: [Int], bins: [[UInt8]], shown: [UInt8], random: inout SeededRandom) {
        self.widths = widths
        let points = card.points.flatMap { $0.map { UInt32(bitPattern: $0) } }
        let parts = Self.shares(points, random: &random) { $0 &- $1 }
        cards = PartyID.allCases.map { party in
            guard
                let card = CardShares(
                    features: widths, first: UInt32.pack(parts[party.rawValue]),
                    second: UInt32.pack(parts[party.next.rawValue]))
            else { preconditionFailure("points are one a bin") }
            return card
        }
        let bits = widths.reduce(0, +)
        var rows = PartyID.allCases.map { ReasonRows(bits: bits, at: $0) }
        for (row, bins) in bins.enumerated() {
            var packed = [UInt8](repeating: 0, count: (bits + 7) / 8)
            var bit = 0
            for (width, bin) in zip(widths, bins) {
                for at in 0..<Int(bin) { packed[(bit + at) >> 3] |= 1 << UInt8((bit + at) & 7) }
                bit += width
            }
            let parts = Self.shares(packed, random: &random) { $0 ^ $1 }
            for party in PartyID.allCases {
                rows[party.rawValue].append(
                    BitShares(first: parts[party.rawValue], second: parts[party.next.rawValue]), hiding: [],
                    shown: shown[row])
            }
        }
        self.rows = rows
        let seeds = (0..<3).map { _ in (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) } }
        keys = PartyID.allCases.map { party in
            TrainingKeys(
                PairKeys(
                    withPrevious: SecretKey(bytes: seeds[party.rawValue]),
                    withNext: SecretKey(bytes: seeds[party.next.rawValue])))
        }
    }

    private static func shares<E: RingElement>(
        _ values: [E], random: inout SeededRandom, _ minus: (E, E) -> E
    ) -> [[E]] {
        let zero = values.map { _ in E.random(in: 0...E.max, using: &random) }
        let one = values.map { _ in E.random(in: 0...E.max, using: &random) }
        return [zero, one, values.indices.map { minus(minus(values[$0], zero[$0]), one[$0]) }]
    }

    /// What the parties open to a member that chose these rows.
    func ask(
        _ chosen: [Int], choices: Int, plan: Int, random: inout SeededRandom
    ) throws -> [ReasonShares.Opened] {
        var shared: [[BitShares]] = [[], [], []]
        for choice in 0..<choices {
            var bits = [UInt8](repeating: 0, count: (rows[0].count + 7) / 8)
            if choice < chosen.count { bits[chosen[choice] / 8] |= 1 << UInt8(chosen[choice] % 8) }
            let parts = Self.shares(bits, random: &random) { $0 ^ $1 }
            for party in PartyID.allCases {
                shared[party.rawValue].append(
                    BitShares(first: parts[party.rawValue], second: parts[party.next.rawValue]))
            }
        }
        let digest = Digest32(of: [UInt64(plan).bigEndianBytes])
        var sessions = PartyID.allCases.map { party in
            ReasonSession(
                party: party, plan: digest, card: cards[party.rawValue], choices: shared[party.rawValue],
                rows: rows[party.rawValue], keys: keys[party.rawValue], attempt: 1)
        }
        var (results, waiting): ([PartyID: ReasonShares], [(Frame, PartyID)]) = ([:], [])
        func take(_ effects: [ReasonSession.Effect], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(let frame, let peer):
                    bytes += Frame.headerBytes + frame.payload.count
                    waiting.append((frame, peer))
                case .finished(let shares): results[party] = shares
                }
            }
        }
        for party in PartyID.allCases { take(sessions[party.rawValue].start(), of: party) }
        while !waiting.isEmpty {
            let (frame, peer) = waiting.removeFirst()
            take(try sessions[peer.rawValue].receive(frame), of: peer)
        }
        guard
            let opened = ReasonShares.opened(
                PartyID.allCases.compactMap { results[$0]?.encoded }, choices: choices, features: widths)
        else { throw Failure("the parties have no answer") }
        return opened
    }
}
