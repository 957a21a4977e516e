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

    @Test("are read by whoever has the parties' identities, as they were written", arguments: PartyID.allCases)
    func readers(writer: PartyID) throws {
        for body in [body(writer), body(writer, manifest: true)] {
            let value = try TokenWorld.channel(writer).record(body)
            for reader in try PartyID.allCases.map({ try TokenWorld.channel($0) }) + [TokenWorld.channel()] {
                let (party, read) = try reader.verified(value)
                #expect(party == writer && read == body)
            }
        }
        #expect(try TokenWorld.channel(writer).party == writer && TokenWorld.channel().party == nil)
    }

    @Test("that are cut off anywhere are read by nobody", arguments: [false, true])
    func truncated(manifest: Bool) throws {
        let value = try TokenWorld.channel(.zero).record(body(.zero, manifest: manifest))
        let reader = try TokenWorld.channel()
        for count in 0..<value.count { #expect(fault(Array(value.prefix(count)), reader) != nil, "\(count) bytes") }
        #expect(fault(value, reader) == nil)
    }

    @Test("with a bit changed are refused, or say what was said")
    func changed() throws {
        let body = body(.two)
        let value = try TokenWorld.channel(.two).record(body)
        let reader = try TokenWorld.channel()
        for at in value.indices {
            var changed = value
            changed[at] ^= UInt8(1 << (at % 8))
            #expect(fault(changed, reader) != nil, "byte \(at)")
        }
        #expect(try reader.verified(value).body == body)
    }

    @Test("are the writer's alone: a party signs nothing in another's name, nor what is signed for something else")
    func signers() throws {
        let reader = try TokenWorld.channel()
        var record = try #require(WireTokenKeyRecord(decoding: try TokenWorld.channel(.zero).record(body(.zero))))
        record.signature = Data(try TokenWorld.identity(.one).sign(Array(record.body), context: "cordon/token-keys/v2"))
        #expect(fault(record.encoded, reader) == .notAuthentic)
        record.signature = Data(
            try TokenWorld.identity(.zero).sign(Array(record.body), context: "cordon/sync/report/v1"))
        #expect(fault(record.encoded, reader) == .notAuthentic)
        record.signature = Data(
            try TokenWorld.identity(.zero).sign(Array(record.body), context: "cordon/token-keys/v2"))
        #expect(fault(record.encoded, reader) == nil)
        record.rotation.attempt = 1
        #expect(fault(record.encoded, reader) == .misdirected)
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
        var parties = try TokenWorld.identities()
        parties[.zero] = SigningKey().verifyingKey
        let stranger = KeyRecordChannel(parties: parties)
        #expect(fault(try value { _ in }, stranger) == .notAuthentic)
    }
}
