import Crypto
import Foundation
import Keys
import Records
import Secrets
import Support
import TokenService
import Tokens

/// Records built field by field, as docs/TOKENS.md has them, so that each can be wrong in one place.
extension TokenWorld {
    func rawBatch(
        _ elements: [UInt8], member: MemberID = bankA, named: String? = nil, epoch: UInt64 = 1, session: UInt32 = 1,
        kind: UInt32 = 1, time: Int64? = nil, id: [UInt8]? = nil, schema: UInt32 = 2
    ) throws -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var body = WireBlindedBody()
        body.schema = schema
        body.member = named ?? member.name
        body.sessionEpoch = session
        body.batchID = Data(id ?? TokenBatchID(time: time ?? clock.milliseconds, using: &generator).bytes)
        body.tokenEpoch = epoch
        body.kind = kind
        body.elements = Data(elements)
        return try signed(body.encoded, by: member).encoded
    }

    /// A party's answer, with what the party alone can make: `body` changes it before it is tagged.
    func rawAnswer(
        _ party: PartyID, member: MemberID = bankA, tagParty: PartyID? = nil,
        _ change: (inout WireEvaluatedBody) -> Void
    ) throws -> [UInt8] {
        var body = WireEvaluatedBody()
        body.schema = 1
        body.party = UInt32(party.rawValue)
        body.member = member.name
        body.sessionEpoch = 1
        body.batchID = Data(repeating: 1, count: 16)
        body.tokenEpoch = 1
        change(&body)
        let bytes = body.encoded
        var record = WireEvaluatedBatch()
        record.body = Data(bytes)
        let session = try sessions(member)[tagParty ?? party]
        record.tag = tag(bytes, session.evaluationTags)
        return record.encoded
    }
}

/// The record of a batch's body, signed as a member signs it: Ed25519 over SHA-256 of consortium and body, each behind its length.
func signed(_ body: [UInt8], by member: MemberID, consortium: String = "test") throws -> WireBlindedBatch {
    var record = WireBlindedBatch()
    record.body = Data(body)
    let message = Digest32(of: [Array(consortium.utf8), body]).bytes
    record.signature = Data(try TokenWorld.identity(member).sign(message, context: "cordon/token-batch/v2"))
    return record
}

/// HMAC-SHA-256 of a record's body: its writer's tag for one reader.
func tag(_ body: [UInt8], _ key: borrowing SecretKey) -> Data {
    key.lend { Data(HMAC<SHA256>.authenticationCode(for: body, using: $0)) }
}

/// SHA-256 of a record's body: what an answer names.
func requestDigest(_ value: [UInt8]) -> Data {
    Data(SHA256.hash(data: WireBlindedBatch(decoding: value)?.body ?? Data()))
}

func secret(_ byte: UInt8 = 90) -> SecretKey { SecretKey(bytes: [UInt8](repeating: byte, count: 32)) }
