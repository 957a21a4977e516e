package import Records

/// What somebody does to an item.
package enum Act: Hashable, Sendable {
    /// Takes it, so that no other works on it: for so many seconds, and again with each use.
    case claim(lease: Int64)
    /// Gives a claim back.
    case release
    /// Gives it to somebody else.
    case assign(to: Actor, lease: Int64)
    case judge(Judgement)
    /// Agrees to a verdict that another person proposed, or doesn't.
    case confirm, object
    /// Judges an item that was drawn for it a second time, without knowing the first verdict.
    case second(Judgement)
    /// Opens a closed item again.
    case reopen
    case note(String)
    /// Puts a transaction that never alerted before people, such as one that a customer reports, or one of a random sample.
    case raise(SourcePosition, transaction: String, sample: Sample? = nil)
    case file(FileAct)
    case bulk(BulkAct)
    case aside(AsideAct)
    case ruleSnooze(SnoozeAct)
    case filter(FilterAct)
    /// The desk itself says that its time is over, and nobody has judged it.
    case late
    /// The desk itself says that its time is nearly over.
    case soon
    /// Sets the desk's own rules.
    case house(HouseRules)

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .claim: "claim"
        case .release: "release"
        case .assign: "assign"
        case .judge: "verdict"
        case .reopen: "reopen"
        case .note: "note"
        case .raise: "raise"
        case .confirm: "confirm"
        case .object: "object"
        case .second: "second-verdict"
        case .file(let act): act.word
        case .bulk(let act): act.word
        case .aside(let act): act.word
        case .ruleSnooze(let act): act.word
        case .filter(let act): act.word
        case .late: "late"
        case .soon: "due-soon"
        case .house: "house"
        }
    }

    /// Most bytes of a note.
    package static let noteLimit = 4000
    /// Seconds that a claim may last.
    package static let leases: ClosedRange<Int64> = 10...86_400
}

/// A record of `<member>.cases`: an act that somebody asks for. Whether it takes effect follows from the records before it
/// alone (`Work`), so every desk that reads the topic comes to the same.
package struct DeskRecord: Hashable, Sendable {
    package var id: ActID
    package var item: ItemID
    package var actor: Actor
    /// The clock of the desk that wrote it, in microseconds since 1970. For people: leases go by the log's.
    package var writtenAt: Int64
    /// The version of the item that the actor saw; nil where it does not matter.
    package var expects: Int64?
    package var act: Act
    /// What the actor said to it, up to `Act.noteLimit` bytes; empty for nothing.
    package var remark: String
    /// Of the item's payment, or of all of a case, as the desk that wrote the record had it: what four eyes go by.
    package var amount: MinorUnits?
    /// The job or the closed case that the act is part of.
    package var within: ItemID?

    /// Most bytes of a record: that of a job has its items.
    package static let limit = 786_432

    package init(
        id: ActID, item: ItemID, actor: Actor, writtenAt: Int64, expects: Int64? = nil, act: Act, remark: String = "",
        amount: MinorUnits? = nil, within: ItemID? = nil
    ) {
        self.id = id
        self.item = item
        self.actor = actor
        self.writtenAt = writtenAt
        self.expects = expects
        self.act = act
        self.remark = remark
        self.amount = amount
        self.within = within
    }

    /// The key of the record: all of an item's records have one.
    package var key: [UInt8] { Array(item.hex.utf8) }
}
