import Foundation
import Keys
import Records
import Secrets
import Support
import Testing
import TokenService
import Tokens

/// A member's sessions with three parties at both ends, without a log.
struct AgreedSessions {
    let member: TokenSessions
    private let all: [PartyID: Session]

    init(_ member: MemberID = bankA, epoch: UInt32 = 1) throws {
        let (own, accepted) = try TokenWorld.agree(member, epoch: epoch)
        let sessions = TokenSessions(own, identity: try TokenWorld.identity(member))
        self.member = try #require(sessions)
        all = accepted
    }

    /// The party's end.
    func party(_ party: PartyID) throws -> Session { try #require(all[party]) }

    /// The record of a body, signed as the member signs it.
    func record(_ body: [UInt8]) throws -> WireBlindedBatch { try signed(body, by: member.member) }

    /// The record of a party's answer, tagged as the party tags it.
    func answer(_ body: [UInt8], of party: PartyID) -> WireEvaluatedBatch {
        var record = WireEvaluatedBatch()
        record.body = Data(body)
        record.tag = tag(body, member[party].evaluationTags)
        return record
    }
}

/// Multiples of the generator, by scalars at random.
func elements(_ count: Int, using generator: inout SplitMix64) throws -> [GroupElement] {
    try cards(count, from: Int(UInt32.random(in: 0..<1_000_000, using: &generator))).map { identifier in
        try #require(GroupElement(TokenContext.tokens.hashToGroup(identifier.hashInput)))
    }
}
