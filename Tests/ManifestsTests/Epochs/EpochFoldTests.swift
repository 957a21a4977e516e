import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Any history of keys")
struct EpochFoldTests {
    private typealias People = EpochPeople
    private typealias Said = EpochOracle.Said

    private static func wire(_ said: Said) -> [UInt8] {
        let key = People.signing(said.author, said.signer)
        guard let new = said.newSigner else {
            return People.signed { try said.statement.record(by: said.author, consortium: "demo", key: key) }
        }
        return People.signed {
            try said.statement.record(
                by: said.author, consortium: "demo", key: key, new: People.signing(said.author, new))
        }
    }

    /// What is waited for.
    private static func due(_ random: inout SplitMix64, _ world: EpochWorld) throws -> Said? {
        let next = world.next
        switch world.history.standing {
        case .offers(_, let attempt, let parties):
            let party = parties[0]
            let offer = world.offer(party, attempt: attempt, keys: "\(Int.random(in: 0..<9, using: &random))")
            return Said(author: .party(party), statement: .partyOffer(offer))
        case .manifest(_, let attempt):
            return try #require(world.history.composed).said(attempt)
        case .ready(_, let attempt, let parties):
            let keys = try #require(world.history.rotation?.keys)
            let ready = EpochReady(epoch: next, attempt: attempt, keys: keys.digest)
            return Said(author: .party(parties[0]), statement: .epochReady(ready))
        case .activation(let epoch):
            return Said(author: .coordinator, statement: try world.places(epoch, .activation))
        case .closing(let epoch, _):
            return Said(author: .coordinator, statement: try world.places(epoch, .closing))
        case .rest, .erasure: return Said(author: .coordinator, statement: world.order())
        }
    }

    /// Something that somebody may say now, often in turn, often nearly so.
    private static func random(_ random: inout SplitMix64, _ world: EpochWorld) throws -> Said? {
        if Int.random(in: 0..<3, using: &random) == 0 { return try due(&random, world) }
        let (newest, attempt) = (world.history.newest.number, max(1, world.attempt))
        func near(_ number: UInt32) -> UInt32 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: max(1, number - 1)
            case 1: number + 1
            default: number
            }
        }
        let party = PartyID.allCases.randomElement(using: &random)!
        let member = People.members.randomElement(using: &random)!
        func pool() -> String { "pool \(Int.random(in: 0..<300, using: &random))" }
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1:
            let order = EpochOrder(
                epoch: KeyEpoch(near(newest.number + 1)), attempt: near(world.attempt + 1), agreement: People.agreement,
                suite: .x25519, refreshesModels: Bool.random(using: &random))
            return Said(author: .coordinator, statement: .epochOrder(order))
        case 2...7:
            let certificate = Digest32(of: [Array("\(Int.random(in: 0..<30, using: &random))".utf8)])
            let offer = PartyOffer(
                epoch: KeyEpoch(near(newest.number + 1)), attempt: near(attempt), hpke: People.hpke(pool()),
                agreement: People.hpke("x\(pool())"), certificate: certificate)
            return Said(author: .party(party), statement: .partyOffer(offer))
        case 8:
            let version = Int.random(in: 0..<4, using: &random)
            var keys = People.keys(of: member, version)
            if Bool.random(using: &random) { keys.hpke = People.hpke(pool()) }
            let offer = MemberOffer(epoch: KeyEpoch(near(newest.number + 1)), keys: keys)
            let current = (0..<4).first {
                People.identity(.member(member), $0) == world.history.newest.members[member]?.identity
            }
            return Said(
                author: .member(member), statement: .memberOffer(offer),
                signer: Bool.random(using: &random) ? current ?? 0 : Int.random(in: 0..<4, using: &random),
                newSigner: [version, version, version, 3, nil].randomElement(using: &random)!)
        case 9...11:
            guard let keys = world.history.composed else { return nil }
            let manifest = EpochManifest(
                epoch: keys.number, attempt: near(attempt),
                previous: near(1) == 1 ? keys.previous : .zero, agreement: keys.agreement,
                keys: near(1) == 1 ? keys.digest : .zero)
            return Said(author: .coordinator, statement: .epochManifest(manifest))
        case 12...15:
            let keys = world.history.rotation?.keys ?? world.history.newest
            let ready = EpochReady(
                epoch: KeyEpoch(near(keys.number.number)), attempt: near(attempt),
                keys: near(1) == 1 ? keys.digest : .zero,
                counts: UInt64.random(in: 0...1, using: &random))
            return Said(author: .party(party), statement: .epochReady(ready))
        case 16, 17:
            let kind = EpochPlaces.Kind.allCases.randomElement(using: &random)!
            let epoch = KeyEpoch(max(1, kind == .closing ? near(newest.number) - 1 : near(newest.number)))
            let places = try EpochPlaces(epoch: epoch, kind: kind, offsets: [Int64.random(in: 0...1, using: &random)])
            return Said(author: .coordinator, statement: .epochPlaces(places))
        default:
            let epoch = KeyEpoch(max(1, near(newest.number) - 1))
            let author: SyncAuthor = [.party(party), .party(party), .member(member)].randomElement(using: &random)!
            let erased = try EpochErased(epoch: epoch, keys: [["a"], ["b"]].randomElement(using: &random)!)
            return Said(
                author: author, statement: .epochErased(erased),
                signer: author == .member(member) ? Int.random(in: 0..<4, using: &random) : 0)
        }
    }

    @Test("is what a slow count of all statements says", arguments: 0..<16 as Range<UInt64>)
    func agrees(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var (world, oracle) = (EpochWorld(), EpochOracle())
        for _ in 0..<300 {
            world.time += Int64.random(in: 0...2_000, using: &random)
            let past = oracle.counted.randomElement(using: &random)
            guard var said = Int.random(in: 0..<12, using: &random) == 0 ? past : try Self.random(&random, world) else {
                continue
            }
            said.time = world.time
            let refusal = world.refusal(Self.wire(said))
            let counts = oracle.take(said)
            try #require(counts == (refusal == nil), "\(said): \(refusal.map { "\($0)" } ?? "counts")")
            try #require(world.history.standing == oracle.standing)
        }
        #expect(world.history.lives.map(\.number) == oracle.epochs)
        for life in world.history.lives {
            #expect(life.keys == oracle.keys(life.number))
            #expect(life.activation?.offsets == oracle.place(life.number, .activation)?.offsets)
            #expect(life.closing?.time == oracle.place(life.number, .closing)?.time)
        }
    }

    @Test("has had several epochs, identities that changed, attempts that came to nothing, and refusals of most kinds")
    func reach() throws {
        var (epochs, changed, attempts) = (0, 0, 0)
        var refusals: Set<String> = []
        for seed in 0..<16 as Range<UInt64> {
            var random = SplitMix64(seed)
            var world = EpochWorld()
            for _ in 0..<300 {
                world.time += Int64.random(in: 0...2_000, using: &random)
                guard let said = try Self.random(&random, world), let refusal = world.refusal(Self.wire(said)) else {
                    continue
                }
                refusals.insert(String("\(Mirror(reflecting: refusal).children.first?.label ?? "\(refusal)")"))
            }
            epochs += world.history.lives.count - 1
            attempts += world.history.lives.count { ($0.order?.attempt ?? 1) > 1 }
            changed += world.history.lives.count { life in
                life.keys.members != EpochPeople.terms().founding.members
            }
        }
        #expect(epochs >= 60 && changed >= 20 && attempts >= 10, "\(epochs), \(changed), \(attempts)")
        #expect(refusals.count >= 14, "\(refusals.sorted())")
    }
}

extension EpochKeys {
    fileprivate func said(_ attempt: UInt32) -> EpochOracle.Said {
        EpochOracle.Said(author: .coordinator, statement: .epochManifest(EpochManifest(self, attempt: attempt)))
    }
}
