import Foundation
package import Keys
package import Records
import Sealing
package import Tokens

/// A record of `<member>.blinded` as it was read: nothing of it is to be believed before `verified`.
package struct UnverifiedBlindedBatch: Sendable {
    package let member: MemberID
    package let sessionEpoch: UInt32
    private let id: TokenBatchID
    private let body: WireBlindedBody
    private let bytes: [UInt8]
    private let signature: [UInt8]

    /// Elements of the largest batch, and half as much again for all that stands beside them.
    package static let byteLimit = PartialEvaluation.batch.upperBound * GroupElement.byteCount * 3 / 2

    /// - Parameter topic: whose topic it was read from.
    /// - Throws: `oversized`, `unreadable`, `misdirected`.
    package init(reading value: [UInt8], from topic: MemberID) throws(RecordFault) {
        guard value.count <= Self.byteLimit else { throw .oversized }
        guard let record = WireBlindedBatch(decoding: value), record.signature.count == 64,
            let body = WireBlindedBody(decoding: Array(record.body)), body.schema == 2,
            let id = TokenBatchID(bytes: Array(body.batchID))
        else { throw .unreadable }
        guard body.member == topic.name else { throw .misdirected }
        member = topic
        sessionEpoch = body.sessionEpoch
        self.id = id
        self.body = body
        bytes = Array(record.body)
        signature = Array(record.signature)
    }

    /// - Parameter identity: of the member that it names.
    /// - Throws: `notAuthentic`, at every party or at none: it hangs on what all of them have.
    package func verified(by identity: VerifyingKey, in consortium: [UInt8]) throws(RecordFault) -> BlindedBatch {
        guard
            identity.verifies(
                signature, over: BlindedBatch.signed(bytes, consortium), context: BlindedBatch.signatureContext)
        else { throw .notAuthentic }
        return BlindedBatch(
            member: member, sessionEpoch: sessionEpoch, id: id, epoch: TokenEpoch(body.tokenEpoch), kind: body.kind,
            encoded: Array(body.elements), digest: RecordTag.digest(bytes))
    }
}

/// What a member asks all three parties in one record.
package struct BlindedBatch: Sendable {
    package let member: MemberID
    package let sessionEpoch: UInt32
    package let id: TokenBatchID
    package let epoch: TokenEpoch
    package let kind: UInt32
    private let encoded: [UInt8]
    /// SHA-256 of the body: what an answer names.
    package let digest: [UInt8]

    fileprivate static let signatureContext = "cordon/token-batch/v2"

    /// The bytes that the member signs for a body of a consortium.
    fileprivate static func signed(_ body: [UInt8], _ consortium: [UInt8]) -> [UInt8] {
        Digest32(of: [consortium, body]).bytes
    }

    /// The one kind so far: multiply each element by the party's share.
    package static let evaluate: UInt32 = 1

    fileprivate init(
        member: MemberID, sessionEpoch: UInt32, id: TokenBatchID, epoch: TokenEpoch, kind: UInt32, encoded: [UInt8],
        digest: [UInt8]
    ) {
        self.member = member
        self.sessionEpoch = sessionEpoch
        self.id = id
        self.epoch = epoch
        self.kind = kind
        self.encoded = encoded
        self.digest = digest
    }

    /// - Throws: `unknownKind`; `malformed` for a length that is none of whole elements; `wrongBatchSize`; what
    ///   `GroupElement(compressed:)` throws for the first that is none.
    package func request() throws(TokenError) -> TokenRequest {
        guard kind == Self.evaluate else { throw .unknownKind }
        return TokenRequest(epoch: epoch, blinded: try [GroupElement](concatenated: encoded))
    }

    /// The record of a request, signed by the member.
    ///
    /// - Parameter sessions: of the member, of one epoch, with all three parties.
    package static func record(
        _ request: TokenRequest, id: TokenBatchID, sessions: TokenSessions, consortium: [UInt8]
    ) throws(SigningError) -> (value: [UInt8], digest: [UInt8]) {
        var body = WireBlindedBody()
        body.schema = 2
        body.member = sessions.member.name
        body.sessionEpoch = sessions.epoch
        body.batchID = Data(id.bytes)
        body.tokenEpoch = request.epoch.number
        body.kind = evaluate
        body.elements = Data(request.blinded.flatMap(\.compressed))
        let bytes = body.encoded
        var record = WireBlindedBatch()
        record.body = Data(bytes)
        record.signature = Data(try sessions.identity.sign(signed(bytes, consortium), context: signatureContext))
        return (record.encoded, RecordTag.digest(bytes))
    }
}

extension [GroupElement] {
    /// - Throws: `malformed` for a length that is none of whole elements; `wrongBatchSize` unless 1 to 1,024; what
    ///   `GroupElement(compressed:)` throws.
    init(concatenated bytes: [UInt8]) throws(TokenError) {
        guard bytes.count % GroupElement.byteCount == 0 else { throw .malformed }
        guard PartialEvaluation.batch.contains(bytes.count / GroupElement.byteCount) else { throw .wrongBatchSize }
        self = []
        reserveCapacity(bytes.count / GroupElement.byteCount)
        for start in stride(from: 0, to: bytes.count, by: GroupElement.byteCount) {
            append(try GroupElement(compressed: Array<UInt8>(bytes[start..<start + GroupElement.byteCount])))
        }
    }
}
