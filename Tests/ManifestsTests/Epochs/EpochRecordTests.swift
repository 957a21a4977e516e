import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("A record of the agreement")
struct EpochRecordTests {
    private typealias People = EpochPeople
    private let member = People.members[0]

    /// One statement of each kind, with who says it.
    private func statements() throws -> [(AgreementStatement, SyncAuthor)] {
        let (epoch, keys) = (KeyEpoch(7), Digest32(of: [[1]]))
        let offer = PartyOffer(
            epoch: epoch, attempt: 2, hpke: People.hpke("a"), agreement: People.hpke("b"), certificate: keys)
        return [
            (
                .epochOrder(
                    EpochOrder(epoch: epoch, attempt: 2, agreement: keys, suite: .x25519, refreshesModels: false)),
                .coordinator
            ),
            (.partyOffer(offer), .party(.one)),
            (.memberOffer(MemberOffer(epoch: epoch, keys: People.keys(of: member, 3))), .member(member)),
            (
                .epochManifest(
                    EpochManifest(epoch: epoch, attempt: 2, previous: .zero, agreement: keys, keys: Digest32(of: []))),
                .coordinator
            ),
            (
                .epochReady(
                    EpochReady(
                        epoch: epoch, attempt: 2, keys: keys, models: [keys, Digest32(of: [[2]]), keys], counts: 1 << 40
                    )),
                .party(.two)
            ),
            (.epochPlaces(try EpochPlaces(epoch: epoch, kind: .closing, offsets: [0, .max])), .coordinator),
            (.epochErased(try EpochErased(epoch: epoch, keys: ["session-7", "agreement-7.key", "x"])), .party(.zero)),
            (.epochErased(try EpochErased(epoch: epoch, keys: [])), .member(member)),
        ]
    }

    @Test("is read as it was written, and is of its author and its consortium alone")
    func reads() throws {
        var digests: Set<Digest32> = []
        for (statement, author) in try statements() {
            let key = People.signing(author)
            let record = try statement.record(by: author, consortium: "demo", key: key)
            let message = try AgreementMessage(reading: record, consortium: "demo")
            #expect(message.statement == statement && message.author == author)
            #expect(message.isSigned(by: key.verifyingKey) && !message.isSigned(by: People.identity(author, 1)))
            #expect(!message.isSigned(byNew: key.verifyingKey))
            #expect(throws: AgreementMistake.otherConsortium) {
                try AgreementMessage(reading: record, consortium: "dem")
            }
            digests.insert(message.digest)
        }
        #expect(try digests.count == statements().count)
    }

    @Test("says nothing with anything in it changed")
    func changed() throws {
        for (statement, author) in try statements() {
            let key = People.signing(author)
            let record = try statement.record(by: author, consortium: "demo", key: key)
            for place in record.indices {
                var changed = record
                changed[place] ^= 1
                guard let message = try? AgreementMessage(reading: changed, consortium: "demo") else { continue }
                #expect(!message.isSigned(by: key.verifyingKey), "byte \(place) of \(statement)")
            }
        }
    }

    @Test("is signed for what it says: a statement's signature is none of another kind's")
    func purposes() throws {
        let all = try statements()
        #expect(Set(all.map { context($0.0) }).count == 7)
        for (statement, author) in all {
            let key = People.signing(author)
            let wire = try #require(
                WireAgreementRecord(decoding: statement.record(by: author, consortium: "demo", key: key)))
            let signed = UInt64(wire.author.utf8.count).bigEndianBytes + Array(wire.author.utf8) + Array(wire.body)
            let context = context(statement)
            #expect(key.verifyingKey.verifies(Array(wire.signature), over: signed, context: context))
        }
    }

    /// The contexts of docs/PROTOCOL.md.
    private func context(_ statement: AgreementStatement) -> String {
        let name =
            switch statement {
            case .epochOrder: "epoch-order"
            case .partyOffer: "party-offer"
            case .memberOffer: "member-offer"
            case .epochManifest: "epoch-manifest"
            case .epochReady: "epoch-ready"
            case .epochPlaces: "epoch-places"
            case .epochErased: "epoch-erased"
            case .proposal: "proposal"
            case .signature: "signature"
            }
        return "cordon/agreement/\(name)/v1"
    }

    @Test("is refused by name where it is no record, or who says it has no say in it")
    func refused() throws {
        let world = EpochWorld()
        let good = try #require(WireAgreementRecord(decoding: world.record(world.order(), by: .coordinator)))
        func mistake(_ change: (inout WireAgreementRecord, inout WireAgreementBody) -> Void) throws -> AgreementMistake?
        {
            var (record, body) = (good, try #require(WireAgreementBody(decoding: Array(good.body))))
            change(&record, &body)
            if record.body == good.body { record.body = Data(body.encoded) }
            do throws(AgreementMistake) {
                _ = try AgreementMessage(reading: record.encoded, consortium: "demo")
                return nil
            } catch { return error }
        }
        #expect(try mistake { _, _ in } == nil)
        #expect(try mistake { $1.schema = 2 } == .encoding)
        #expect(try mistake { $1.said = nil } == .encoding)
        #expect(try mistake { record, _ in record.body = Data([0xFF]) } == .encoding)
        #expect(try mistake { $1.consortium = "" } == .otherConsortium)
        for author in ["", "nobody", "party/party-3", "member/", "party/party-1", "member/bank-a", "operator/anna"] {
            #expect(try mistake { record, _ in record.author = author } == .author)
        }
        #expect(try mistake { $1.epochOrder.epoch = 0 } == .epoch)
        #expect(try mistake { $1.epochOrder.epoch = 1 << 31 } == .epoch)
        #expect(try mistake { $1.epochOrder.attempt = 0 } == .attempt)
        #expect(try mistake { $1.epochOrder.attempt = 1_000_001 } == .attempt)
        #expect(try mistake { $1.epochOrder.agreement = Data() } == .digest)
        #expect(try mistake { $1.epochOrder.suite = 0x21 } == .key)
        let long = [UInt8](repeating: 0, count: 1_000_001)
        #expect(throws: AgreementMistake.tooLong(1_000_001)) { try AgreementMessage(reading: long, consortium: "demo") }
    }

    @Test("has no keys, lists and places that are none")
    func values() throws {
        for offsets in [[], [-1], [Int64](repeating: 0, count: 1025)] {
            #expect(throws: AgreementMistake.places) {
                try EpochPlaces(epoch: KeyEpoch(1), kind: .activation, offsets: offsets)
            }
        }
        for name in ["", "a b", "ü", String(repeating: "x", count: 101), "a\n"] {
            #expect(throws: AgreementMistake.list) { try EpochErased(epoch: KeyEpoch(1), keys: [name]) }
        }
        let offer = EpochWorld().offer(.one, attempt: 1)
        func mistake(_ change: (inout WirePartyOffer) -> Void) throws -> AgreementMistake? {
            let record = try AgreementStatement.partyOffer(offer).record(
                by: .party(.one), consortium: "demo", key: People.signing(.party(.one)))
            var wire = try #require(WireAgreementRecord(decoding: record))
            var body = try #require(WireAgreementBody(decoding: Array(wire.body)))
            change(&body.partyOffer)
            wire.body = Data(body.encoded)
            do throws(AgreementMistake) {
                _ = try AgreementMessage(reading: wire.encoded, consortium: "demo")
                return nil
            } catch { return error }
        }
        #expect(try mistake { _ in } == nil)
        #expect(try mistake { $0.hpke.key = Data(repeating: 0, count: 32) } == .key, "a point of small order")
        #expect(try mistake { $0.hpke.suite = 0 } == .key)
        #expect(try mistake { $0.agreement = Data(count: 31) } == .key)
        #expect(try mistake { $0.agreement = Data(count: 32) } == .key)
        #expect(try mistake { $0.certificate = Data() } == .digest)
    }

    @Test("of something else than keys changes nothing of them, and of nobody who takes part neither")
    func unsigned() throws {
        var world = EpochWorld()
        let order = world.order()
        for (author, version) in [(SyncAuthor.coordinator, 1), (.party(.one), 0)] {
            let forged = try order.record(by: .coordinator, consortium: "demo", key: People.signing(author, version))
            #expect(world.refusal(forged) == .badSignature(.coordinator))
        }
        let elsewhere = try order.record(by: .coordinator, consortium: "other", key: People.signing(.coordinator))
        #expect(world.refusal(elsewhere) == .record(.otherConsortium))
        #expect(world.refusal([]) == .record(.encoding))
        try world.say(order, by: .coordinator)
        // Another party's word in a party's name.
        let offer = try AgreementStatement.partyOffer(world.offer(.one)).record(
            by: .party(.one), consortium: "demo", key: People.signing(.party(.two)))
        #expect(world.refusal(offer) == .badSignature(.party(.one)))
        #expect(EpochWorld().history.lives.count == 1)
    }
}
