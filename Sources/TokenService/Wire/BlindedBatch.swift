import Foundation
package import Keys
package import Records
package import Tokens

/// A record of `<member>.blinded` as it was read: nothing of it is to be believed before `verified`.
package struct UnverifiedBlindedBatch: Sendable {
    package let member: MemberID
    package let sessionEpoch: UInt32
    private let id: TokenBatchID
    private let body: WireBlindedBody
    private let bytes: [UInt8]
    private let tags: [[UInt8]]

    /// Elements of the largest batch, and half as much again for all that stands beside them.
    package static let byteLimit = PartialEvaluation.batch.upperBound * GroupElement.byteCount * 3 / 2

    /// - Parameter topic: whose topic it was read from.
    /// - Throws: `oversized`, `unreadable`, `misdirected`.
    package init(reading value: [UInt8], from topic: MemberID) throws(RecordFault) {
        guard value.count <= Self.byteLimit else { throw .oversized }
        guard let record = WireBlindedBatch(decoding: value), record.tags.count == PartyID.allCases.count,
            let body = WireBlindedBody(decoding: Array(record.body)), body.schema == 1,
            let id = TokenBatchID(bytes: Array(body.batchID))
        else { throw .unreadable }
        guard body.member == topic.name else { throw .misdirected }
        member = topic
        sessionEpoch = body.sessionEpoch
        self.id = id
        self.body = body
        bytes = Array(record.body)
        tags = record.tags.map { Array($0) }
    }

    /// - Parameter session: of the member and epoch that it names, with the reading party.
    /// - Throws: `notAuthentic`.
    package func verified(by session: Session) throws(RecordFault) -> BlindedBatch {
        guard session.member == member, session.epoch == sessionEpoch,
            RecordTag.isValid(tags[session.party.rawValue], of: bytes, under: session.blindedTags)
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

    /// The record of a request, with a tag for each party.
    ///
    /// - Parameter sessions: of the member, of one epoch, with all three parties.
    package static func record(
        _ request: TokenRequest, id: TokenBatchID, sessions: TokenSessions
    ) -> (value: [UInt8], digest: [UInt8]) {
        var body = WireBlindedBody()
        body.schema = 1
        body.member = sessions.member.name
        body.sessionEpoch = sessions.epoch
        body.batchID = Data(id.bytes)
        body.tokenEpoch = request.epoch.number
        body.kind = evaluate
        body.elements = Data(request.blinded.flatMap(\.compressed))
        let bytes = body.encoded
        var record = WireBlindedBatch()
        record.body = Data(bytes)
        record.tags = PartyID.allCases.map { Data(RecordTag.make(bytes, under: sessions[$0].blindedTags)) }
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
