import Records
import Support
import Testing
import ThreeParty

@Suite("The making of a generation's key, frame by frame")
struct RefreshSessionTests {
    private let cell = RefreshCell()

    /// Two words of the peers that make a party's key.
    private func answers(to party: PartyID) throws -> [Frame] {
        let own = cell.session(party)
        let ask = own.ask()
        var next = cell.session(party.next)
        var previous = cell.session(party.previous)
        return [try #require(try next.receive(ask)), try #require(try previous.receive(ask))]
    }

    @Test(
        "comes to one key at all three, in whatever order frames come and however often",
        arguments: 1...40 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var zero = cell.session(.zero)
        var one = cell.session(.one)
        var two = cell.session(.two)
        var wire: [(to: PartyID, frame: Frame)] = []
        func post(_ frame: Frame, to peer: PartyID) {
            for _ in 0..<Int.random(in: 1...3, using: &random) { wire.append((peer, frame)) }
        }
        for (party, ask) in [(PartyID.zero, zero.ask()), (.one, one.ask()), (.two, two.ask())] {
            for peer in [party.next, party.previous] { post(ask, to: peer) }
        }
        while !wire.isEmpty {
            let (to, frame) = wire.remove(at: Int.random(in: 0..<wire.count, using: &random))
            let copy = try Frame(decoding: frame.encoded)
            let answer =
                switch to {
                case .zero: try zero.receive(copy)
                case .one: try one.receive(copy)
                case .two: try two.receive(copy)
                }
            if let answer {
                #expect(answer.sender == to && answer.kind == .refreshPart)
                post(answer, to: frame.sender)
            }
        }
        let marks = try [zero.key()?.mark, one.key()?.mark, two.key()?.mark]
        let made = try cell.made().keys[0].mark
        #expect(marks == [made, made, made])
        #expect(zero.missing.isEmpty && one.missing.isEmpty && two.missing.isEmpty)
    }

    /// What a frame comes to at party 1.
    private enum Outcome: Equatable {
        case nothing, answer
        case refused(RefreshError)
    }

    @Test("takes its two kinds of its own generation and order, and passes over or refuses all others")
    func everyFrame() throws {
        let part = try answers(to: .one)[0].payload
        for kind in LinkProtocol.all.flatMap(\.kinds.keys) {
            for sender in [PartyID.zero, .two] {
                for (generation, isOwn) in [(1, true), (0, false), (2, false), (UInt64.max, false)] {
                    for hasBase in [true, false] {
                        var session = cell.session(.one)
                        let frame = Frame(
                            kind: kind, sender: sender, stream: .refresh, batch: generation,
                            digest: hasBase ? session.base : .zero, payload: kind == .refreshPart ? part : [])
                        var outcome = Outcome.nothing
                        do throws(RefreshError) {
                            if let answer = try session.receive(frame) {
                                outcome = .answer
                                #expect(
                                    answer.digest == session.base && answer.batch == 1 && answer.payload.count == 32)
                            }
                        } catch { outcome = .refused(error) }
                        let isMine = isOwn && (kind == .refreshAsk || kind == .refreshPart)
                        let expected: Outcome =
                            isMine
                            ? hasBase ? kind == .refreshAsk ? .answer : .nothing : .refused(.otherBase(sender))
                            : .nothing
                        #expect(outcome == expected, "\(kind) of \(sender), \(generation)")
                        let isHeard = isMine && hasBase && kind == .refreshPart
                        #expect(
                            session.missing.contains(sender) == !isHeard && session.missing.count == (isHeard ? 1 : 2))
                        #expect(try session.key() == nil)
                    }
                }
            }
        }
    }

    @Test("tells each peer the part that it lacks: both others say the same, and no two parties hear one part")
    func parts() throws {
        let heard = try PartyID.allCases.map { try answers(to: $0) }
        for party in PartyID.allCases {
            let (next, previous) = (heard[party.rawValue][0], heard[party.rawValue][1])
            #expect(next.sender == party.next && previous.sender == party.previous && next.payload == previous.payload)
        }
        #expect(Set(heard.map { $0[0].payload }).count == 3)
    }

    @Test("no byte of a part can be another: the two words differ, until the peer says the right one")
    func everyByte() throws {
        for party in PartyID.allCases {
            let answers = try answers(to: party)
            let mark = try cell.made().keys[0].mark
            for (place, answer) in answers.enumerated() {
                for byte in answer.payload.indices {
                    var session = cell.session(party)
                    var wrong = answer
                    wrong.payload[byte] ^= 1 << UInt8(byte & 7)
                    _ = try session.receive(wrong)
                    _ = try session.receive(answers[1 - place])
                    #expect(throws: RefreshError.partsDiffer) { _ = try session.key() }
                    // The last word of each counts.
                    _ = try session.receive(answer)
                    #expect(try session.key()?.mark == mark)
                }
            }
        }
    }

    @Test("two peers that say the same wrong part make another key than theirs: its mark tells")
    func together() throws {
        let answers = try answers(to: .two)
        var session = cell.session(.two)
        for var answer in answers {
            answer.payload[31] ^= 0x80
            _ = try session.receive(answer)
        }
        let mark = try session.key()?.mark
        let made = try cell.made().keys[0].mark
        #expect(mark != nil && mark != made)
    }

    @Test("a kept key with any byte changed is another, and of any other length none")
    func kept() throws {
        let key = try cell.made(generation: 3).keys[0]
        let bytes = key.kept
        var marks: Set<Digest32> = [key.mark]
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x10
            let other = try #require(RefreshKey(kept: changed))
            #expect(marks.insert(other.mark).inserted && other.kept == changed, "byte \(place)")
            #expect(
                (other.generation == key.generation) == (place >= 4)
                    && (other.base == key.base) == !(4..<36).contains(place))
        }
        for count in 0..<100 where count != bytes.count {
            #expect(RefreshKey(kept: Array((bytes + bytes).prefix(count))) == nil, "\(count) bytes")
        }
    }

    @Test("has a sentence that names the peer")
    func sentences() {
        for party in PartyID.allCases {
            #expect("\(RefreshError.otherBase(party))".hasPrefix(party.name))
            #expect("\(RefreshError.malformed(party))".hasPrefix(party.name))
        }
        #expect(!"\(RefreshError.partsDiffer)".isEmpty)
    }
}
