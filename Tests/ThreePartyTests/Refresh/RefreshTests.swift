import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("The refresh of shares")
struct RefreshTests {
    private static let values: [UInt32] = [0, 1, 7, 1 << 15, 1 << 31, .max]

    private func shared<E: RingElement, G: ShareGroup>(
        _ ring: E.Type, _ group: G.Type, seed: UInt64 = 5
    ) -> Shared<E, G> {
        var generator = SplitMix64(state: seed)
        return Shared(Self.values.map { E(truncatingIfNeeded: $0) }, in: G.self, &generator)
    }

    private func isUnchanged<E: RingElement, G: ShareGroup>(_ ring: E.Type, _ group: G.Type) throws -> Bool {
        let shared = shared(ring, group)
        let fresh = RefreshCell.refreshed(shared, by: try RefreshCell().made().keys)
        return opened(fresh) == Self.values.map { E(truncatingIfNeeded: $0) }
    }

    @Test("the values stay what they were, bit for bit, in every ring and for bits")
    func values() throws {
        #expect(try isUnchanged(UInt8.self, ExclusiveOr.self))
        #expect(try isUnchanged(UInt8.self, Addition.self))
        #expect(try isUnchanged(UInt16.self, Addition.self))
        #expect(try isUnchanged(UInt32.self, Addition.self))
        #expect(try isUnchanged(UInt64.self, Addition.self))
        #expect(try isUnchanged(UInt64.self, ExclusiveOr.self))
    }

    @Test("the three parties make one key, by two questions and two answers of 80 bytes each")
    func exchange() throws {
        let made = try RefreshCell().made()
        #expect(Set(made.keys.map(\.mark)).count == 1)
        // A header of 48 bytes each; an answer has 32 more.
        #expect(made.sentBytes == 3 * 2 * (48 + 48 + 32))
        #expect(try RefreshCell().made().keys[0].mark == made.keys[1].mark)
    }

    @Test("another generation, order, consortium or pairwise key makes another key")
    func separation() throws {
        var marks = [try RefreshCell().made().keys[0].mark, try RefreshCell().made(generation: 2).keys[0].mark]
        marks.append(try RefreshCell().made(order: Digest32(of: [[1]])).keys[0].mark)
        marks.append(try RefreshCell().made(consortium: "other").keys[0].mark)
        for changed in 0..<3 {
            var cell = RefreshCell()
            cell.keys[changed][0] ^= 1
            marks.append(try cell.made().keys[0].mark)
        }
        #expect(Set(marks).count == 7)
    }

    @Test("no component stays, and other objects, places, rings and components have other sharings of zero")
    func domains() throws {
        let key = try RefreshCell().made().keys[0]
        let zeros = Shares<UInt64, Addition>(zeros: 4)
        var seen: [[UInt64]] = []
        for object in [Digest32.zero, Digest32(of: [[1]])] {
            for place in ["leaves", "card"] {
                let fresh = key.refreshed(zeros, of: .zero, object: object, place: place)
                seen += [fresh.first, fresh.second]
            }
        }
        seen.append(
            try RefreshCell().made(generation: 2).keys[0].refreshed(zeros, of: .zero, object: .zero, place: "card")
                .first)
        #expect(Set(seen.flatMap { $0 }).count == 4 * seen.count && !seen.joined().contains(0))
    }

    @Test("a second refresh of the first one's shares leaves the values, too")
    func twice() throws {
        let shared = shared(UInt16.self, Addition.self)
        let first = RefreshCell.refreshed(shared, by: try RefreshCell().made().keys)
        let second = try RefreshCell(seed: 9).made(generation: 2).keys
        let fresh = PartyID.allCases.map { party in
            second[party.rawValue].refreshed(first[party.rawValue], of: party, object: .zero, place: "test")
        }
        #expect(opened(fresh) == Self.values.map { UInt16(truncatingIfNeeded: $0) })
    }

    // MARK: What is kept

    @Test("a key that was kept refreshes alike; bytes of another length are none")
    func kept() throws {
        let key = try RefreshCell().made().keys[0]
        let again = try #require(RefreshKey(kept: key.kept))
        #expect(again.mark == key.mark && again.generation == key.generation && again.base == key.base)
        let zeros = Shares<UInt16, Addition>(zeros: 3)
        #expect(
            again.refreshed(zeros, of: .two, object: .zero, place: "a").first
                == key.refreshed(zeros, of: .two, object: .zero, place: "a").first)
        #expect(RefreshKey(kept: Array(key.kept.dropLast())) == nil && RefreshKey(kept: key.kept + [0]) == nil)
        #expect(RefreshKey(kept: []) == nil)
    }

    @Test("a key prints nothing of itself")
    func unprinted() throws {
        let key = try RefreshCell().made().keys[0]
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "RefreshKey" && !dumped.contains("generation"))
    }

    // MARK: What is refused

    @Test("a peer with another order, a part of another length, and two peers that differ are refused by name")
    func refusals() throws {
        let cell = RefreshCell()
        var session = cell.session(.one)
        #expect(throws: RefreshError.otherBase(.two)) {
            _ = try session.receive(cell.session(.two, order: Digest32(of: [[1]])).ask())
        }
        // Of another generation nothing is said.
        #expect(try session.receive(cell.session(.two, generation: 2).ask()) == nil)
        for bytes in [[], [UInt8](repeating: 0, count: 31), [UInt8](repeating: 0, count: 33)] {
            let frame = Frame(
                kind: .refreshPart, sender: .zero, stream: .refresh, batch: 1, digest: session.base, payload: bytes)
            #expect(throws: RefreshError.malformed(.zero)) { _ = try session.receive(frame) }
        }
        #expect(session.missing.count == 2)
        var liar = cell
        // The key of the two others.
        liar.keys[PartyID.one.previous.rawValue][0] ^= 1
        var honest = cell.session(.two)
        var lying = liar.session(.zero)
        let answers = [try #require(try honest.receive(session.ask())), try #require(try lying.receive(session.ask()))]
        for answer in answers { _ = try session.receive(answer) }
        #expect(throws: RefreshError.partsDiffer) { _ = try session.key() }
    }

    @Test("a word of one peer alone makes no key")
    func alone() throws {
        let cell = RefreshCell()
        var session = cell.session(.zero)
        var peer = cell.session(.one)
        _ = try session.receive(try #require(try peer.receive(session.ask())))
        #expect(session.missing == [.two])
        #expect(try session.key() == nil)
    }
}
