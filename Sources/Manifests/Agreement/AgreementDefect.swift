package import Records

/// What is wrong with a version of the agreement, whoever proposes it.
package enum AgreementDefect: Error, Sendable, Hashable {
    /// It is no message of this version, or not in the one encoding that is signed.
    case encoding
    /// A text is empty, too long, or has characters that can't be shown; the field's name.
    case text(String)
    /// The version is 0, or it names a version before where there is none, or none where there is one.
    case version
    /// Members are none, more than 64, or none takes part.
    case members
    case namedTwice(String)
    /// Two of those who take part have one identity: one person would count twice.
    case sameIdentity(SyncAuthor, SyncAuthor)
    /// A day lies before 1970 or behind the year 9999, or a member left before it joined.
    case day(MemberID)
    case address(PartyID)
    /// More operators have to approve than there are.
    case approvals
    /// A number of days or openings is not among those that can be said; the field's name.
    case number(String)
    /// The rule asks for more than there are, or for nobody.
    case rule(AgreementMatter)

    // What a version may not change of the one before.
    /// Another consortium or roster; the field's name.
    case fixed(String)
    /// A member's entry is gone or moved, or one that left is back, or left otherwise.
    case entry(MemberID)
    /// It says what the version before says.
    case nothing
    /// The version before asks for more signatures than can be given.
    case unreachable(AgreementMatter)
}

extension AgreementDefect: CustomStringConvertible {
    package var description: String {
        switch self {
        case .encoding: "it is no message of this version, or not in the encoding that is signed"
        case .text(let field): "its \(field) is empty, too long, or has characters that can't be shown"
        case .version: "its version is 0, or it does not say which version was before"
        case .members: "its members are more than \(ConsortiumAgreement.mostMembers), or none takes part"
        case .namedTwice(let name): "\(name) is in it twice"
        case .sameIdentity(let one, let other):
            "\(one) and \(other) have the same identity: one person would count twice"
        case .day(let member): "the days on which \(member) joined and left are none, or not in this order"
        case .address(let party): "the address of \(party) is none"
        case .approvals: "more operators have to approve of a model than there are"
        case .number(let field): "its \(field) is not among the numbers that can be said"
        case .rule(let matter): "its rule of `\(matter.rawValue)` asks for nobody, or for more than there are"
        case .fixed(let field): "it has another \(field), which no version changes"
        case .entry(let member):
            "the entry of \(member) is gone or moved, or says otherwise how it left: a member that left stays in the list, and joins "
                + "again under another name"
        case .nothing: "it changes nothing"
        case .unreachable(let matter):
            "the version before asks for more signatures for `\(matter.rawValue)` than can be given: change its rule first"
        }
    }
}
