package import Records

/// What came back from a party, or didn't.
package enum PartyAnswer: Sendable, Hashable {
    case evaluation(PartialEvaluation)
    /// The party refused, could not be reached, or its answer could not be read.
    case failure(PartyID, TokenError)

    package var party: PartyID {
        switch self {
        case .evaluation(let evaluation): evaluation.party
        case .failure(let party, _): party
        }
    }
}

/// How far a batch has come.
package enum TokenProgress: Sendable, Hashable {
    /// Fewer than two good answers have come, and fewer than two parties have failed.
    case waiting
    /// In the identifiers' order.
    case tokens([EntityToken])
    /// So many parties have failed that two can't answer any more.
    case impossible
}

/// A member's side of a batch: blinds identifiers, waits for any two of the three parties, and unblinds. Its blinds are
/// wiped with it.
package struct TokenRequestBatch: ~Copyable, Sendable {
    /// The request, the same for all three parties. It says nothing of the identifiers but how many there are.
    package let request: TokenRequest
    /// What is wrong with the answers that were of no use; to be told to the parties' operators.
    package private(set) var faults: [PartyID: TokenError] = [:]
    package private(set) var progress = TokenProgress.waiting

    private let context: TokenContext
    private let key: TokenPublicKey
    private let blinds: TokenScalars
    private var good: PartialEvaluation?

    /// - Parameter identifiers: 1 to 1,024.
    /// - Throws: `wrongBatchSize`.
    package init(
        _ identifiers: [Identifier], key: TokenPublicKey, context: TokenContext,
        using generator: inout some RandomNumberGenerator
    ) throws(TokenError) {
        guard PartialEvaluation.batch.contains(identifiers.count) else { throw .wrongBatchSize }
        let blinds = TokenScalars(count: identifiers.count, using: &generator)
        let blinded = try TokenContext.tokens.blind(identifiers.map(\.hashInput), by: blinds)
        request = TokenRequest(epoch: context.epoch, blinded: blinded)
        self.blinds = blinds
        self.context = context
        self.key = key
    }

    /// Takes a party's answer, checks it, and goes on. What comes after the end changes nothing.
    ///
    /// - Throws: `unexpectedAnswer` for a second answer of a party; the batch stands as it did.
    package mutating func receive(_ answer: PartyAnswer) throws(TokenError) -> TokenProgress {
        guard progress == .waiting else { return progress }
        guard faults[answer.party] == nil, good?.party != answer.party else {
            throw .unexpectedAnswer(answer.party)
        }
        switch answer {
        case .evaluation(let evaluation): accept(evaluation)
        case .failure(let party, let error): faults[party] = error
        }
        if faults.count >= 2, progress == .waiting { progress = .impossible }
        return progress
    }

    /// Checks a party's proof against its public share. The second good answer ends the batch; a bad one counts as the
    /// party's failure.
    private mutating func accept(_ evaluation: PartialEvaluation) {
        do throws(TokenError) {
            try evaluation.check(of: request.blinded, key: key, in: context)
            guard let other = good else {
                good = evaluation
                return
            }
            let inOrder = [other, evaluation].sorted { $0.party < $1.party }
            progress = .tokens(try TokenPublicKey.unblind(inOrder[0], inOrder[1], blinds: blinds))
        } catch {
            faults[evaluation.party] = error
        }
    }
}
