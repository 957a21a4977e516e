import Records
import Support
import Testing
import ThreeParty

@Suite("What is shared in a training")
struct UnprintedTests {
    /// What values look like, of which every byte is 171.
    private static let planted = ["171", "43947", "2880154539", "abab", "ABAB"]

    private func said(_ value: Any) -> String {
        var out = "\(value) \(String(describing: value)) \(String(reflecting: value)) "
        dump(value, to: &out)
        for child in Mirror(reflecting: value).children { out += "\(child)" }
        return out
    }

    private func expectSilent(_ values: [Any]) {
        for value in values {
            let said = said(value)
            #expect(!Self.planted.contains { said.contains($0) }, "\(type(of: value))")
            #expect(Mirror(reflecting: value).children.isEmpty, "\(type(of: value))")
        }
    }

    private let bytes = [UInt8](repeating: 171, count: 40)

    private var contribution: CoinContribution { CoinContribution(Array(bytes.prefix(32)))! }

    private var rows: TrainingRows {
        var rows = TrainingRows(bits: 16)
        rows.append(
            BitShares(first: [171, 171], second: [171, 171]), label: CountShare(first: 0xABAB, second: 0xABAB))
        return rows
    }

    @Test("is not printed by what holds it, whoever looks into it")
    func values() throws {
        let words = [UInt32](repeating: 0xABAB_ABAB, count: 3)
        let shares = AdditiveShares<UInt32>(first: words, second: words)
        let keys = StepCell(seed: 1)
        let masks = RoundMasks(keys: TrainingKeys(keys.pair(.zero)), digest: .zero)
        // What is opened goes out as it is.
        let outcome = SecureSteps(party: .zero).open(shares).run(masks)
        guard case .waiting(let messages, _) = outcome else { throw StepCell.Stuck() }
        #expect(messages.toPrevious == Array(repeating: 171, count: 12))
        let received = ReceivedMessages(fromNext: bytes[...], fromPrevious: bytes[...])
        let piece = try #require(TrainingPiece(decoding: [0, 1, 0, 1, 0, 0, 0, 1] + bytes))
        let terms = JobAgreement.Terms(job: 1, base: .zero, contribution: contribution)
        let agreement = JobAgreement(party: .zero, terms: terms, attempt: 1)
        let source = TrainingSource(
            rows: rows, members: [try #require(MemberID("bank-a"))], memberOf: [0], offsets: [1], digest: .zero)
        expectSilent([
            shares, XORShares<UInt8>(first: bytes, second: bytes), messages, received, piece, contribution, terms,
            agreement, rows, source, masks,
            TrainingKeys(keys.pair(.zero)), SecureSteps(party: .zero).open(shares),
            outcome,
            ExchangedEffect<[Digest32], Int>.send(
                Frame(kind: .opening, sender: .zero, stream: .training, batch: 1, digest: .zero, payload: bytes),
                to: .one),
        ])
        #expect("\(messages)" == "RoundMessages" && "\(terms)" == "Terms")
    }

    @Test("is not printed by a run, its checkpoints or its model")
    func runs() throws {
        let cell = try JobCell(rule: JobCell.rule(trees: 2))
        let links = InProcessTransport.cell()
        let workers = links.values.map { link in Worker { (link.party, try cell.live(link)) } }
        var ends: [PartyID: (job: TrainedJob, state: JobCell.State, progress: [TrainingProgress])] = [:]
        for worker in workers {
            let (party, end) = try worker.value()
            ends[party] = end
        }
        let end = try #require(ends[.zero])
        let run = try cell.run(.zero, end.state)
        let checkpoints = try cell.cell.run().checkpoints[.zero]
        expectSilent([run, end.job.model, try #require(checkpoints?.first)])
        #expect("\(run)" == "TrainingRun" && "\(end.job.model)" == "TrainedModel(2 trees)")
        #expect(Mirror(reflecting: TrainingExchange(transport: links[.zero]!, patience: .zero)).children.isEmpty)
    }
}
