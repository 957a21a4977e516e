import Foundation
import Keys
import Records
import Support
import Testing
import TokenService
import Tokens

@Suite("The records of making a key")
struct KeyRecordChannelTests {
    private func body(_ party: PartyID, manifest: Bool = false) -> WireTokenKeyBody {
        var body = WireTokenKeyBody()
        body.schema = 1
        body.consortium = "test"
        body.tokenEpoch = 1
        body.attempt = 1
        body.party = UInt32(party.rawValue)
        if manifest {
            body.manifest.key = Data(GroupElement.generator.compressed)
        } else {
            body.commitment.digest = Data(repeating: 5, count: 32)
        }
        return body
    }

    private func fault(_ value: [UInt8], _ channel: KeyRecordChannel) -> RecordFault? {
        do throws(RecordFault) {
            _ = try channel.verified(value)
            return nil
        } catch { return error }
    }

    @Test("are read by all parties, the writer among them, as they were written", arguments: PartyID.allCases)
    func parties(writer: PartyID) throws {
        let body = body(writer)
        let value = try TokenWorld.channel(writer).record(body)
        for reader in PartyID.allCases {
            let (party, read) = try TokenWorld.channel(reader).verified(value)
            #expect(party == writer && read == body)
        }
        // A step is none of a member's business.
        #expect(fault(value, try TokenWorld.channel(bankA)) == .misdirected)
    }

    @Test("say a key to members of the writer's roster, and to no other")
    func members() throws {
        let value = try TokenWorld.channel(.one).record(body(.one, manifest: true))
        for member in TokenWorld.members {
            #expect(try TokenWorld.channel(member).verified(value).party == .one)
        }
        #expect(fault(value, try TokenWorld.channel(MemberID("bank-c")!)) == .misdirected)
        let alone = try TokenWorld.channel(.one, members: [bankA]).record(body(.one, manifest: true))
        #expect(fault(alone, try TokenWorld.channel(bankA)) == nil)
        #expect(fault(alone, try TokenWorld.channel(bankB)) == .misdirected)
    }

    @Test("that are cut off anywhere are read by nobody", arguments: [false, true])
    func truncated(manifest: Bool) throws {
        let value = try TokenWorld.channel(.zero).record(body(.zero, manifest: manifest))
        // The last tag is the last reader's.
        let last = manifest ? try TokenWorld.channel(bankB) : try TokenWorld.channel(PartyID.two)
        for count in 0..<value.count { #expect(fault(Array(value.prefix(count)), last) != nil, "\(count) bytes") }
        #expect(fault(value, last) == nil)
    }

    @Test("with a bit changed are refused, or say what was said")
    func changed() throws {
        let body = body(.two)
        let value = try TokenWorld.channel(.two).record(body)
        let channels = try PartyID.allCases.map { try TokenWorld.channel($0) }
        for at in value.indices {
            var changed = value
            changed[at] ^= UInt8(1 << (at % 8))
            var refusals = 0
            for channel in channels {
                if let (party, read) = try? channel.verified(changed) {
                    #expect(party == .two && read == body, "byte \(at)")
                } else {
                    refusals += 1
                }
            }
            #expect(refusals > 0, "byte \(at)")
        }
    }

    @Test("are the writer's alone: one reader's tag serves no other reader, and none in the other direction")
    func directions() throws {
        var record = try #require(
            WireTokenKeyRecord(decoding: try TokenWorld.channel(.zero).record(body(.zero, manifest: true))))
        let names = record.tags.map(\.reader)
        #expect(
            names == ["party/party-0", "party/party-1", "party/party-2", "member/bank-a", "member/bank-b"])
        let tags = record.tags.map(\.tag)
        #expect(Set(tags).count == 5)
        record.tags.swapAt(1, 2)
        (record.tags[1].reader, record.tags[2].reader) = (names[1], names[2])
        for reader in [PartyID.one, .two] {
            #expect(fault(record.encoded, try TokenWorld.channel(reader)) == .notAuthentic)
        }
        // Party 1 shares a key with party 0, and can't say with it what party 0 did not.
        var turned = try #require(WireTokenKeyRecord(decoding: try TokenWorld.channel(.one).record(body(.one))))
        turned.body = record.body
        turned.tags[0].reader = "party/party-1"
        #expect(fault(turned.encoded, try TokenWorld.channel(.one)) == .notAuthentic)
    }

    @Test("of another schema, of no party, of a wrong roster or too large are told apart")
    func faults() throws {
        func value(_ change: (inout WireTokenKeyBody) -> Void) throws -> [UInt8] {
            var record = try #require(WireTokenKeyRecord(decoding: try TokenWorld.channel(.zero).record(body(.zero))))
            var body = body(.zero)
            change(&body)
            record.body = Data(body.encoded)
            return record.encoded
        }
        let channel = try TokenWorld.channel(PartyID.one)
        #expect(fault(try value { _ in }, channel) == nil)
        for schema in [0, 2, .max] as [UInt32] {
            #expect(fault(try value { $0.schema = schema }, channel) == .unreadable)
        }
        for party in [3, .max] as [UInt32] { #expect(fault(try value { $0.party = party }, channel) == .unreadable) }
        #expect(fault(try value { $0.party = 2 }, channel) == .notAuthentic)
        #expect(fault(try value { $0.attempt = 2 }, channel) == .notAuthentic)
        #expect(fault([UInt8](repeating: 0xFF, count: KeyRecordChannel.byteLimit), channel) == .unreadable)
        #expect(fault([UInt8](repeating: 0xFF, count: KeyRecordChannel.byteLimit + 1), channel) == .oversized)
        var parties = try TokenWorld.agreementKeys()
        parties[.zero] = HPKEPrivateKey().publicKey
        let stranger = KeyRecordChannel(
            party: .one, key: try TokenWorld.agreementKey(.one), parties: parties, members: [:])
        #expect(fault(try value { _ in }, stranger) == .notAuthentic)
    }
}
