import Manifests
import Records
import Support
import Testing

@Suite("What an epoch of keys changes of who takes part")
struct MembershipChangeTests {
    /// Closes the epoch before the newest, so that the next can be ordered.
    private func close(_ world: inout ConsortiumWorld) throws {
        let newest = world.history.epochs.newest.number
        try world.say(.epochPlaces(EpochPlaces(epoch: newest, kind: .activation, offsets: [1])), by: .coordinator)
        let before = KeyEpoch(newest.number - 1)
        try world.say(.epochPlaces(EpochPlaces(epoch: before, kind: .closing, offsets: [2])), by: .coordinator)
    }

    @Test("is told by name: members in the agreement's order, then parties")
    func names() throws {
        let (a, b) = (Agreed.member("bank-a"), Agreed.member("bank-b"))
        let two = SyncAuthor.party(.two)
        var world = ConsortiumWorld()
        try world.agree(copies: [two: 1]) {
            $0.members[0].departure = Agreed.departure()
            $0.members[1].departure = Agreed.departure(expelled: true)
            $0.members.append(Agreed.entry("bank-d", joined: 20_000))
            $0.parties[.two] = .init(identity: Agreed.identity(two, copy: 1))
        }
        // What is in force and in no epoch yet has changed nobody's keys.
        #expect(world.history.membershipChanges(of: KeyEpoch(1)).isEmpty)
        #expect(world.history.membershipChanges(of: KeyEpoch(2)).isEmpty)
        try world.rotate(copies: [two: 1])
        let changes: [MembershipChange] = [.leaves(a), .expelled(b), .joins(Agreed.member("bank-d")), .replaced(.two)]
        #expect(world.history.membershipChanges(of: KeyEpoch(2)) == changes)
        #expect(world.history.membershipChanges(of: KeyEpoch(1)).isEmpty)
        #expect(world.history.membershipChanges(of: KeyEpoch(0)).isEmpty)
        #expect(world.history.membershipChanges(of: KeyEpoch(3)).isEmpty)
    }

    @Test("is nothing where a party moves, a member gets rights, or one comes and goes between two epochs")
    func nothing() throws {
        var world = ConsortiumWorld()
        try world.agree { $0.parties[.one]?.address = .init(host: "new", port: 7) }
        try world.agree { $0.members[0].budget = .unlimited }
        try world.agree { $0.members.append(Agreed.entry("bank-d", joined: 20_000)) }
        try world.agree { $0.members[3].departure = Agreed.departure() }
        try world.rotate()
        #expect(world.history.effective.agreement.version == 5)
        #expect(world.history.membershipChanges(of: KeyEpoch(2)).isEmpty)
        #expect(world.history.standing(of: Agreed.member("bank-d"), in: KeyEpoch(2)) == .left)
    }

    @Test(
        "is the difference of two sets of people, however many versions lie between", arguments: 0..<4 as Range<UInt64>)
    func sets(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var world = ConsortiumWorld()
        var copies: [SyncAuthor: UInt8] = [:]
        var people = [Set(ConsortiumWorld.founding.members.map(\.id.name))]
        var hosts = [copies]
        for epoch in 2...5 as ClosedRange<UInt32> {
            for turn in 0..<3 {
                let agreed = world.history.agreement.inForce.agreement
                let present = agreed.members.indices.filter { agreed.members[$0].takesPart }
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let party = PartyID.allCases.randomElement(using: &random)!
                    let copy = (copies[.party(party)] ?? 0) + 1
                    copies[.party(party)] = copy
                    try world.agree(copies: copies) {
                        $0.parties[party] = .init(identity: Agreed.identity(.party(party), copy: copy))
                    }
                case 1 where present.count > 1:
                    let place = present.randomElement(using: &random)!
                    // Of two the one that stays is no majority.
                    let isExpelled = present.count > 2 && Bool.random(using: &random)
                    try world.agree(copies: copies) {
                        $0.members[place].departure = Agreed.departure(expelled: isExpelled)
                    }
                default:
                    let entry = Agreed.entry("bank-\(epoch)-\(turn)", joined: 20_000)
                    try world.agree(copies: copies) { $0.members.append(entry) }
                }
            }
            try world.rotate(copies: copies)
            people.append(Set(world.history.effective.agreement.members.filter(\.takesPart).map(\.id.name)))
            hosts.append(copies)
            try close(&world)
        }
        for epoch in 2...5 {
            let (before, after) = (people[epoch - 2], people[epoch - 1])
            var (joined, gone, replaced) = (Set<String>(), Set<String>(), Set<PartyID>())
            for change in world.history.membershipChanges(of: KeyEpoch(UInt32(epoch))) {
                switch change {
                case .joins(let id): joined.insert(id.name)
                case .leaves(let id), .expelled(let id):
                    gone.insert(id.name)
                    let departure = world.history.effective.agreement.member(id)?.departure
                    #expect(departure?.isExpulsion == (change == .expelled(id)))
                case .replaced(let party): replaced.insert(party)
                }
            }
            #expect(joined == after.subtracting(before) && gone == before.subtracting(after))
            let changed = PartyID.allCases.filter { hosts[epoch - 1][.party($0)] != hosts[epoch - 2][.party($0)] }
            #expect(replaced == Set(changed))
        }
    }
}
