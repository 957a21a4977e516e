import ArgumentParser
import Foundation
import Records
import Terminal
import Tokens

/// `cordon-bench tokens`: what identifiers cost on their way to tokens, and tokens on their way to a new key.
struct BenchTokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Measure tokenisation: a member, a party, and a key's rotation, one thread each.",
        discussion: """
            A member normalises and blinds identifiers, checks the proofs of two parties and unblinds; a party evaluates and \
            proves; a rotation moves tokens to the new key. Everything goes to and from the bytes that would travel. Nothing \
            is sent. Exit 1 where a token is not the same by another two parties.
            """)

    @Option(help: "Identifiers.")
    var identifiers = 4096

    @Option(help: "Identifiers in one request, 1 to 1024.")
    var batch = 256

    func validate() throws {
        guard (1...1_000_000).contains(identifiers), PartialEvaluation.batch.contains(batch) else {
            throw ValidationError("`--identifiers` is 1 to 1,000,000, `--batch` 1 to 1024")
        }
    }

    func run() throws {
        let keys = try BenchTokenKeys.make()
        var times = Times()
        var tokens: [[UInt8]] = []
        let progress = Progress("making tokens")
        for start in stride(from: 0, to: identifiers, by: batch) {
            let texts = (start..<min(start + batch, identifiers)).map { "terminal \($0)" }
            let made = try self.tokens(texts, by: keys.zero, keys.two, keys, &times)
            if start == 0 {
                var unused = Times()
                guard try self.tokens(texts, by: keys.one, keys.two, keys, &unused) == made else {
                    throw Failure("two other parties gave other tokens")
                }
            }
            tokens += made.map(\.bytes)
            progress.show("\(tokens.count) of \(identifiers)")
        }
        progress.done("\(identifiers) identifiers in batches of \(batch)")
        let update = try keys.update()
        try times.measure(\.move) {
            for start in stride(from: 0, to: tokens.count, by: batch) {
                let slice = try tokens[start..<min(start + batch, tokens.count)].map { try EntityToken(bytes: $0) }
                _ = update.moved(slice).map(\.bytes)
            }
        }
        report(times)
    }

    private func tokens(
        _ texts: [String], by first: borrowing TokenKeyShare, _ second: borrowing TokenKeyShare,
        _ keys: borrowing BenchTokenKeys, _ times: inout Times
    ) throws -> [EntityToken] {
        let (key, context) = (first.publicKey, keys.context)
        var generator = SystemRandomNumberGenerator()
        var request = try times.measure(\.blind) {
            try TokenRequestBatch(
                texts.map { try IdentifierRules().identifier(.terminal, $0) }, key: key, context: context,
                using: &generator)
        }
        let blinded = request.request.blinded.map(\.compressed)
        let one = try times.measure(\.evaluate) { try Answer(first, blinded, context) }
        let two = try Answer(second, blinded, context)
        let progress = try times.measure(\.unblind) {
            _ = try request.receive(.evaluation(one.evaluation(context)))
            return try request.receive(.evaluation(two.evaluation(context)))
        }
        guard case .tokens(let tokens) = progress else { throw Failure("honest parties' answers gave no tokens") }
        return tokens
    }

    private func report(_ times: Times) {
        func line(_ what: String, _ seconds: Double) {
            let each = seconds / Double(identifiers)
            print(
                what.padding(toLength: 44, withPad: " ", startingAt: 0)
                    + String(format: "%8.1f µs each  %8.0f/s a core", each * 1e6, 1 / each))
        }
        line("member: normalise and blind", times.blind)
        line("member: check two parties' proofs, unblind", times.unblind)
        line("member, both", times.blind + times.unblind)
        line("party: evaluate and prove", times.evaluate)
        line("rotation: a token moved", times.move)
        print(
            String(
                format: "so a million live tokens take %.1f minutes of one core a party",
                times.move / Double(identifiers) * 1e6 / 60))
    }

    private struct Times {
        var blind = 0.0
        var evaluate = 0.0
        var unblind = 0.0
        var move = 0.0

        mutating func measure<R: ~Copyable>(
            _ part: WritableKeyPath<Times, Double>, _ work: () throws -> R
        ) rethrows -> R {
            let start = ContinuousClock.now
            let result = try work()
            self[keyPath: part] += (ContinuousClock.now - start) / .seconds(1)
            return result
        }
    }

    /// What a party sends: its elements and its proof, as bytes.
    private struct Answer {
        var party: PartyID
        var elements: [[UInt8]]
        var proof: [UInt8]

        init(_ share: borrowing TokenKeyShare, _ blinded: [[UInt8]], _ context: TokenContext) throws {
            var generator = SystemRandomNumberGenerator()
            let answer = try share.evaluate(
                blinded.map { try GroupElement(compressed: $0) }, in: context, using: &generator)
            party = answer.party
            elements = answer.elements.map(\.compressed)
            proof = answer.proof.bytes
        }

        func evaluation(_ context: TokenContext) throws -> PartialEvaluation {
            PartialEvaluation(
                party: party, epoch: context.epoch, elements: try elements.map { try GroupElement(compressed: $0) },
                proof: try EqualityProof(bytes: proof))
        }
    }
}

/// A key that three parties of one process made.
struct BenchTokenKeys: ~Copyable {
    let context = TokenContext(consortium: Array("bench".utf8), epoch: TokenEpoch(1))
    let zero: TokenKeyShare
    let one: TokenKeyShare
    let two: TokenKeyShare

    init(zero: consuming TokenKeyShare, one: consuming TokenKeyShare, two: consuming TokenKeyShare) {
        self.zero = zero
        self.one = one
        self.two = two
    }

    static func make() throws -> BenchTokenKeys {
        var generator = SystemRandomNumberGenerator()
        let first = KeyDealing(dealer: .zero, using: &generator)
        let second = KeyDealing(dealer: .one, using: &generator)
        let third = KeyDealing(dealer: .two, using: &generator)
        func share(_ party: PartyID) throws -> TokenKeyShare {
            var generation = KeyGeneration(party: party)
            try generation.receive(first.commitments, subShare: first.subShare(for: party))
            try generation.receive(second.commitments, subShare: second.subShare(for: party))
            try generation.receive(third.commitments, subShare: third.subShare(for: party))
            return try generation.finish()
        }
        return BenchTokenKeys(zero: try share(.zero), one: try share(.one), two: try share(.two))
    }

    func update() throws -> TokenUpdate {
        var generator = SystemRandomNumberGenerator()
        let first = RotationContribution(party: .zero, using: &generator)
        let second = RotationContribution(party: .one, using: &generator)
        let third = RotationContribution(party: .two, using: &generator)
        let commitments = [
            first.commitment(for: context), second.commitment(for: context), third.commitment(for: context),
        ]
        return try TokenUpdate(first, second, third, commitments: commitments, context: context)
    }
}
