import Records
import Tokens

/// A batch that is in the log and waits for answers.
final class PendingBatch {
    let identifiers: [Identifier]
    let requestDigest: [UInt8]
    private var batch: TokenRequestBatch
    private var good: [PartyID] = []

    init(_ identifiers: [Identifier], _ batch: consuming TokenRequestBatch, requestDigest: [UInt8]) {
        self.identifiers = identifiers
        self.batch = batch
        self.requestDigest = requestDigest
    }

    var progress: TokenProgress { batch.progress }
    var faults: [PartyID: TokenError] { batch.faults }

    /// - Returns: what is wrong with this answer; nil if it is good.
    /// - Throws: `unexpectedAnswer` for a party's second.
    func receive(_ answer: EvaluatedBatch) throws(TokenError) -> TokenError? {
        // Who answers another request under this one's name is at fault, not who forged: the record is the party's.
        let isToThis = answer.requestDigest == requestDigest
        _ = try batch.receive(isToThis ? answer.answer : .failure(answer.party, .malformed))
        let fault = batch.faults[answer.party]
        if fault == nil { good.append(answer.party) }
        return fault
    }

    /// The outcome of the batch by its deadline: each identifier's token, in order, or why there is none.
    var outcome: Result<[EntityToken], TokenFailure> {
        switch batch.progress {
        case .tokens(let tokens): .success(tokens)
        case .impossible: .failure(.impossible(faults: batch.faults))
        case .waiting: .failure(.timedOut(good: good, faults: batch.faults))
        }
    }
}
