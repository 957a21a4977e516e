import EventLogs
import Foundation
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Sealing
import SecureScoring
import Simulation
import Support
import Testing
import ThreeParty

/// What parties have of an epoch of keys that is closed, and what they can do without it.
@Suite("Keys of a closed epoch")
struct ErasedEpochTests {
    private let consortium: SimulatedConsortium
    private let terms: Terms
    private let backup: TemporaryFolder

    init() throws {
        terms = try Terms()
        consortium = try SimulatedConsortium(terms, seed: 3)
        backup = try TemporaryFolder()
    }

    // MARK: What they open

    /// What a folder of keys opens of an epoch, by kind.
    private func opened(
        of epoch: KeyEpoch, at party: PartyID, by keys: FileKeystore
    ) throws -> Set<String> {
        var found: Set<String> = []
        let life = try #require(consortium.epochs?.life(epoch))
        for name in ["", "-2", "-3", "-4"] {
            if let key = try? keys.hpkeKey("agreement" + name), key.publicKey == life.keys.parties[party]?.agreement {
                found.insert("masks")
            }
            guard let key = try? keys.hpkeKey("hpke" + name) else { continue }
            if try models(of: epoch).contains(where: { (try? $0.components(for: party, key: key)) != nil }) {
                found.insert("models")
            }
            if try opensTransaction(of: epoch, at: party, key) { found.insert("transactions") }
        }
        return found
    }

    private func models(of epoch: KeyEpoch) throws -> [ModelManifest] {
        try consortium.records(Topics.manifests).map { record in
            let wire = try #require(WireModelManifest(decoding: record.value ?? []))
            return try ModelManifest(
                verifying: wire, consortium: terms.roster.consortium, coordinator: terms.roster.coordinator)
        }.filter { ($0.epoch ?? KeyEpoch(terms.roster.epoch)) == epoch }
    }

    private func opensTransaction(
        of epoch: KeyEpoch, at party: PartyID, _ key: borrowing HPKEPrivateKey
    ) throws -> Bool {
        let members = Dictionary(uniqueKeysWithValues: terms.roster.members.map { ($0.id, $0.identity) })
        for record in consortium.records(Topics.sessions) {
            guard let wire = WireSessionAnnouncement(decoding: record.value ?? []),
                let session = try? Session.accept(
                    wire, consortium: terms.roster.consortium, at: party, key: key, members: members),
                session.epoch == epoch.number
            else { continue }
            for record in consortium.records(Topics.sealed) {
                guard let value = record.value, let sealed = SealedTransaction(value),
                    sealed.header.member == session.member, sealed.header.sessionEpoch == session.epoch
                else { continue }
                let opened = try? SealedBox.open(
                    Array(value[sealed.boxes[party.rawValue]]), under: session.transactionBoxes,
                    associated: boxAssociatedData(header: Array(value[sealed.headerBytes]), party: party))
                if opened != nil { return true }
            }
        }
        return false
    }

    // MARK: What happens

    private func send(_ id: Int) {
        for member in 0..<Terms.members {
            consortium.apply(
                .send(
                    member: member,
                    [
                        .payment(
                            id: id, minutes: 5 * id, customer: id % Terms.customers, terminal: id % Terms.terminals,
                            device: id % Terms.devices, amount: 20 + id)
                    ]))
        }
    }

    /// Sends a payment for each member, and waits until all that was sent has a decision.
    private func isDecided(_ id: Int) -> Bool {
        send(id)
        for _ in 0..<300 {
            consortium.work(for: .milliseconds(100))
            let isDone = consortium.sent.enumerated().allSatisfy { member, messages in
                consortium.records(Topics.decisions(Terms.member(member))).count >= messages.count
            }
            if isDone { return true }
        }
        return false
    }

    private var areSharesErased: Bool {
        PartyID.allCases.allSatisfy { (try? consortium.shares(of: $0).generations().isEmpty) ?? false }
    }

    /// Whether an epoch of keys comes, and all that parties have of the one before goes.
    ///
    /// - Parameter isOrdered: whether it is on its way.
    private func rotates(to epoch: UInt32, _ id: Int, isOrdered: Bool = false) -> Bool {
        if !isOrdered { consortium.apply(.rotateKeys) }
        for _ in 0..<300 {
            consortium.work(for: .milliseconds(100))
            if let history = consortium.epochs, history.newest.number == KeyEpoch(epoch), history.open.count == 1 {
                break
            }
        }
        send(id)
        for _ in 0..<300 {
            consortium.work(for: .milliseconds(100))
            guard let lives = consortium.epochs?.lives, lives.count >= epoch else { continue }
            // Keys of generations and shares of before go behind the private halves, once their erasure is on the log.
            if lives.dropLast().allSatisfy(\.erasuresMissing.isEmpty), areSharesErased { return true }
        }
        return false
    }

    @Test("open no model's box, no transaction and no mask at a party's folder, which did before")
    func folders() throws {
        #expect(isDecided(1))
        let old = KeyEpoch(terms.roster.epoch)
        for party in PartyID.allCases {
            let copy = backup.path(party.name)
            try FileManager.default.copyItem(atPath: consortium.keystore(of: party).place, toPath: copy)
            #expect(
                try opened(of: old, at: party, by: FileKeystore(directory: copy))
                    == ["masks", "models", "transactions"])
        }
        #expect(rotates(to: old.number + 1, 2))
        for party in PartyID.allCases {
            #expect(try opened(of: old, at: party, by: consortium.keystore(of: party)) == [])
            // A backup of a folder of before opens nothing of what came since.
            let copy = FileKeystore(directory: backup.path(party.name))
            #expect(try opened(of: old.next, at: party, by: copy) == [])
            // The key that led to the shares of now is gone, and so are those of before.
            let shares = try consortium.shares(of: party)
            #expect(try shares.generations() == [])
            #expect(try shares.models().values.allSatisfy { $0 == [ShareGeneration(old.number + 1)] })
        }
        #expect(isDecided(3))
        #expect(consortium.findings == [])
    }

    @Test("are not needed by models: one that was dealt under them is put in force, and one comes back")
    func models() throws {
        let first = KeyEpoch(terms.roster.epoch)
        let old = try #require(try models(of: first).first)
        #expect(isDecided(1) && rotates(to: first.number + 1, 2))
        let model = try consortium.dealAgain(as: "v2")
        #expect(try models(of: first.next).map(\.digest) == [model])
        #expect(rotates(to: first.number + 2, 3) && rotates(to: first.number + 3, 4))
        for party in PartyID.allCases {
            #expect(try opened(of: first.next, at: party, by: consortium.keystore(of: party)) == [])
        }
        let sequence = UInt64.max / 4
        for (number, (digest, version)) in [(model, "v2"), (old.digest, old.version)].enumerated() {
            // They begin with what is in their folders and states.
            for party in 0..<3 { consortium.apply(.crash(.party(party), downFor: 100)) }
            try consortium.activate(digest, version: version, sequence: sequence + UInt64(number))
            #expect(isDecided(5 + number))
        }
        #expect(consortium.findings == [])
    }

    @Test(
        "go once a party has its shares of models, whenever it ends meanwhile",
        arguments: [60, 120, 200, 300, 500, 800, 1100, 1300, 1600, 2000])
    func ended(after milliseconds: Int) throws {
        #expect(isDecided(1))
        let model = try consortium.dealAgain(as: "v2")
        consortium.apply(.rotateKeys)
        consortium.work(for: .milliseconds(milliseconds))
        consortium.apply(.crash(.party(1), downFor: 200))
        #expect(rotates(to: terms.roster.epoch + 1, 2, isOrdered: true))
        try consortium.activate(model, version: "v2", sequence: .max / 4)
        #expect(isDecided(3))
        #expect(consortium.findings == [])
    }

    @Test(
        "refuse labels that were sealed under them and come behind the closing: they are sealed again, and counted once"
    )
    func labels() throws {
        #expect(isDecided(1))
        let agent = Role.agent(member: 0, machine: 0)
        consortium.apply(.freeze(agent, afterSteps: 0, milliseconds: 8000))
        consortium.apply(.rotateKeys)
        consortium.apply(.send(member: 0, [.label(id: 1, fraud: true), .watermark(minutes: 300)]))
        consortium.work(for: .seconds(8))
        let bank = Terms.member(0)
        func labels() -> [LabelHeader] {
            consortium.records(Topics.labels).compactMap { LabelRecord($0.value ?? [])?.header }
                .filter { $0.member == bank }
        }
        let closed = terms.roster.epoch
        // The agent has not read of the new epoch when it seals again, or it has: what matters is that all come under it in the
        // end.
        for _ in 0..<100
        where labels().isEmpty
            || !labels().allSatisfy({ label in
                labels().contains { $0.source == label.source && $0.sessionEpoch > closed }
            })
        {
            consortium.work(for: .milliseconds(100))
        }
        let refused = consortium.records(Topics.rejected(bank)).compactMap { WireRejected(decoding: $0.value ?? []) }
            .filter { $0.reason == "epoch_closed" && $0.stage == "counting" }
        #expect(!refused.isEmpty, "the case that is looked at")
        #expect(
            Set(labels().filter { $0.sessionEpoch == closed }.compactMap(\.source))
                .isSubset(of: labels().filter { $0.sessionEpoch > closed }.compactMap(\.source)))
        consortium.apply(.send(member: 1, [.watermark(minutes: 300)]))
        consortium.work(for: .seconds(5))
        #expect(consortium.findings == [])
    }
}
