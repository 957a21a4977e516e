import Terminal
import ThreeParty

/// What a bench's work on shares took of one party.
struct PartyUse: Codable, Sendable {
    /// From its first message to its result.
    var seconds: Double
    var processorSeconds: Double
    /// The most memory over the whole run, of a party that is a process.
    var peakMegabytes: Int?
    var sentBytes: Int
    var frames: Int
    var rounds: Int

    /// Runs a party's session over its links, which are up.
    ///
    /// - Returns: what the session comes to, and what it took.
    static func measured<Session: ExchangedSession & ~Copyable>(
        _ session: consuming Session, over transport: any Transport, in place: PartyPlace
    ) throws -> (output: Session.Output, use: PartyUse) {
        let exchange = TrainingExchange(transport: transport, patience: .seconds(300))
        let (begin, used) = (ContinuousClock.now, place.processorSeconds)
        let output = try exchange.run(session, left: { .seconds(86_400) - (.now - begin) }, keep: { _ in })
        let use = PartyUse(
            seconds: (.now - begin) / .seconds(1), processorSeconds: place.processorSeconds - used,
            peakMegabytes: place.peakMegabytes, sentBytes: transport.sent.bytes, frames: transport.sent.frames,
            rounds: exchange.rounds)
        return (output, use)
    }
}

/// What `--json` of a bench of work on shares writes.
struct PartyFigures: Encodable {
    var rows: Int
    var bits: Int
    var trees: Int
    /// Of a validation.
    var models: Int?
    var bins: Int?
    var seconds: Double
    var rounds: Int
    var megabytesSentAParty: Double
    var framesAParty: Int
    var processorSecondsAParty: Double
    /// Of the party with the most; none where parties are threads.
    var peakMegabytesAParty: Int?
    var clearSeconds: Double

    init(_ parties: [PartyUse], rows: Int, bits: Int, trees: Int, clearSeconds: Double) {
        func mean(_ value: (PartyUse) -> Double) -> Double {
            parties.map(value).reduce(0, +) / Double(parties.count)
        }
        (self.rows, self.bits, self.trees) = (rows, bits, trees)
        seconds = parties.map(\.seconds).max() ?? 0
        rounds = parties.map(\.rounds).max() ?? 0
        megabytesSentAParty = mean { Double($0.sentBytes) / 1e6 }
        framesAParty = Int(mean { Double($0.frames) })
        processorSecondsAParty = mean(\.processorSeconds)
        peakMegabytesAParty = parties.compactMap(\.peakMegabytes).max()
        self.clearSeconds = clearSeconds
    }

    /// What the work took of a party, in words.
    var costs: String {
        let memory = peakMegabytesAParty.map { "; at most \($0) MB of memory" } ?? ""
        return """
            \(rounds) rounds; \(decimals(megabytesSentAParty, 1)) MB in \(framesAParty) frames and \
            \(decimals(processorSecondsAParty, 2)) s of processor time a party\(memory)
            """
    }
}
