import Keys
import Manifests
import ModelSync
import Records
import Roles
import Support
import Testing
import ThreeParty

/// A party seals something else than its share, or sees to it that a box does not open.
@Suite("A member's own counts")
struct MemberCountsTests {
    private let told: ToldValidations
    private let counts: [MemberID: ToldValidations.Counts]
    private let a = SyncWorld.members[0]
    private let b = SyncWorld.members[1]
    private let c = SyncWorld.members[2]

    init() throws {
        told = try ToldValidations()
        // Bank A has all rows of the lowest bin, and all frauds of the highest.
        counts = [
            a: .init(challenger: ([9, 1, 0, 0], [0, 0, 1, 4]), champion: ([8, 0, 2, 0], [0, 1, 0, 4])),
            b: .init(challenger: ([0, 7, 3, 1], [1, 0, 2, 0]), champion: ([0, 7, 3, 1], [0, 3, 0, 0])),
        ]
    }

    private func open(
        _ job: SyncJob, as member: MemberID, with keys: MemberID? = nil
    ) throws -> MemberCounts {
        let key = try HPKEPrivateKey(bytes: SyncWorld.identity(keys ?? member))
        return try MemberCounts(of: member, from: job, key: key)
    }

    private func error(
        _ job: SyncJob, as member: MemberID, with keys: MemberID? = nil
    ) throws -> MemberCountsError? {
        do {
            _ = try open(job, as: member, with: keys)
            return nil
        } catch let error as MemberCountsError { return error }
    }

    /// A validation whose reports were changed before they were signed.
    private func job(
        _ change: (_ boxes: inout [PartyID: [ValidatedReport.Box]], _ order: Digest32) throws -> Void
    ) throws -> SyncJob {
        let job = try told.order(.model(.zero), on: 240..<300)
        var boxes = try ToldValidations.boxes(of: counts, order: job.digest)
        try change(&boxes, job.digest)
        let opened = try ToldValidations.opened(Array(counts.values))
        return try told.end(job) { .validated(try ValidatedReport(opened: opened, boxes: boxes[$0] ?? [])) }
    }

    /// A box of bank A with a share of these bytes.
    private func box(_ share: [UInt8], of party: PartyID, _ order: Digest32) throws -> ValidatedReport.Box {
        let key = try HPKEPrivateKey(bytes: SyncWorld.identity(a)).publicKey
        return try MemberCounts.seal(share, of: party, to: a, key, order: order)
    }

    @Test("are the sum of what the three parties sealed to it, of both models")
    func sums() throws {
        let job = try told.validate(.model(.zero), on: 240..<300, counts)
        for (member, expected) in counts {
            let own = try open(job, as: member)
            #expect(own.challenger?.legitimate == expected.challenger.legitimate)
            #expect(own.challenger?.frauds == expected.challenger.frauds)
            #expect(own.champion.legitimate == expected.champion.legitimate)
            #expect(own.champion.frauds == expected.champion.frauds)
        }
        #expect(try error(job, as: c) == .noRows)
    }

    @Test("are opened by nobody else: no other member, no party")
    func nobodyElse() throws {
        let job = try told.validate(.model(.zero), on: 240..<300, counts)
        for other in SyncWorld.members where other != a {
            #expect(try error(job, as: a, with: other) == .notOpened(.zero))
        }
        for party in PartyID.allCases {
            let key = try HPKEPrivateKey(bytes: SyncWorld.opening(party))
            #expect(throws: MemberCountsError.notOpened(.zero)) { try MemberCounts(of: a, from: job, key: key) }
        }
        // Who says to be another member opens nothing by its own key.
        #expect(try error(job, as: b, with: a) == .notOpened(.zero))
    }

    @Test("do not open where a box is of another order, party or member, or was changed", arguments: PartyID.allCases)
    func notOpened(_ party: PartyID) throws {
        let earlier = try told.validate(.model(.zero), on: 240..<300, counts)
        let old = try #require(earlier.parties[party]?.last)
        guard case .validated(let report) = old else { throw SyncWorld.Stuck() }
        var begin: Int64 = 300
        func planted(_ box: (ValidatedReport.Box, Digest32) throws -> ValidatedReport.Box) throws {
            let job = try told.order(.model(.zero), on: begin..<begin + 60)
            begin += 60
            var boxes = try ToldValidations.boxes(of: counts, order: job.digest)
            let right = try #require(boxes[party]?[0])
            boxes[party]?[0] = try box(right, job.digest)
            let opened = try ToldValidations.opened(Array(counts.values))
            let done = try told.end(job) {
                .validated(try ValidatedReport(opened: opened, boxes: boxes[$0] ?? []))
            }
            #expect(try error(done, as: a) == .notOpened(party))
            #expect(try error(done, as: b) == nil)
        }
        try planted { _, _ in report.boxes[0] }
        let share = ToldValidations.shares(counts[a]!.elements)[0]
        try planted { _, order in try box(share, of: party.next, order) }
        try planted { _, order in
            let key = try HPKEPrivateKey(bytes: SyncWorld.identity(b)).publicKey
            return try MemberCounts.seal(share, of: party, to: a, key, order: order)
        }
        try planted { box, _ in
            var changed = box.box
            changed[3] ^= 1
            return try ValidatedReport.Box(member: box.member, encapsulated: box.encapsulated, box: changed)
        }
    }

    @Test("are refused by the party's name where its box is missing or of another size", arguments: PartyID.allCases)
    func sizes(_ party: PartyID) throws {
        let missing = try job { boxes, _ in boxes[party]?.removeFirst() }
        #expect(try error(missing, as: a) == .noBox(party) && error(missing, as: b) == nil)
        let long = try job { boxes, order in
            boxes[party]?[0] = try box([UInt8](repeating: 0, count: 4 * 16 + 4), of: party, order)
        }
        #expect(try error(long, as: a) == .size(party))
    }

    @Test(
        "are refused where a party's share makes them more than all members' of a bin and class",
        arguments: [
            // In the challenger's counts, of the lowest bin's legitimate rows and the highest one's frauds; then in the champion's.
            0, 7, 8, 15,
        ])
    func moreThanAll(element: Int) throws {
        for party in PartyID.allCases {
            let changed = try job { boxes, order in
                let shares = ToldValidations.shares(counts[a]!.elements).enumerated().map { place, share in
                    var share = share
                    if place == party.rawValue {
                        let at = 4 * element..<4 * element + 4
                        share.replaceSubrange(at, with: (UInt32(bigEndianBytes: share[at]) &+ 1).bigEndianBytes)
                    }
                    return share
                }
                for (place, each) in PartyID.allCases.enumerated() {
                    boxes[each]?[0] = try box(shares[place], of: each, order)
                }
            }
            #expect(try error(changed, as: a) == .moreThanAll && error(changed, as: b) == nil)
        }
    }

    @Test("are refused where a share makes the two models' of other numbers of rows, within what all have")
    func otherRows() throws {
        var other = counts[a]!
        // Bank B has such rows, so that no bin is more than all have.
        other.challenger.legitimate[1] += 1
        let changed = try job { boxes, order in
            for (party, share) in zip(PartyID.allCases, ToldValidations.shares(other.elements)) {
                boxes[party]?[0] = try box(share, of: party, order)
            }
        }
        #expect(try error(changed, as: a) == .otherRows)
    }

    @Test("are of validations alone that all three parties ended alike")
    func notValidated() throws {
        #expect(try error(told.train(), as: a) == .notValidated)
        let open = try told.order(.model(.zero), on: 240..<300)
        #expect(try error(open, as: a) == .notValidated)
        // Party 2 has opened other counts: whoever's are right, none of the boxes is taken.
        let boxes = try ToldValidations.boxes(of: counts, order: open.digest)
        var others = Array(counts.values)
        others[0].champion.legitimate.swapAt(0, 1)
        let (opened, other) = (try ToldValidations.opened(Array(counts.values)), try ToldValidations.opened(others))
        let differing = try told.end(open) { party in
            .validated(try ValidatedReport(opened: party == .two ? other : opened, boxes: boxes[party] ?? []))
        }
        #expect(differing.standing == .failed(.differing([.two])))
        #expect(try error(differing, as: a) == .notValidated)
    }

    @Test("say in a sentence what is wrong, and whose fault it is where that is known")
    func sentences() {
        let errors: [MemberCountsError] = [
            .notValidated, .noRows, .noBox(.one), .notOpened(.one), .size(.one), .moreThanAll, .otherRows,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        for error in [MemberCountsError.noBox(.one), .notOpened(.one), .size(.one)] {
            #expect("\(error)".contains(PartyID.one.name))
        }
    }
}
