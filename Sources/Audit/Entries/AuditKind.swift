/// What an entry of an audit log is of. Numbers are for ever.
package enum AuditKind: UInt32, CaseIterable, Sendable, Hashable {
    /// The role's program began.
    case started = 1
    /// A model manifest that the role took.
    case manifest = 2
    /// A model that went in force on a partition.
    case activation = 3
    /// The coordinator's word of which feature spec rows are collected before a model reads it, or that of none any more.
    case collecting = 37
    /// An operator's word for a model.
    case approval = 4
    /// The coordinator's word that a model goes in force, comes back, or is turned down.
    case decision = 5
    /// An order to rotate a key.
    case rotationOrdered = 6
    /// A key that went in force.
    case keyInForce = 7
    /// A key that came to nothing.
    case rotationFailed = 8
    /// A member that joined.
    case join = 9
    /// A member that left.
    case leave = 10
    /// A member that the others told to leave.
    case expel = 32
    /// A party whose part another host has taken.
    case replace = 33
    /// Something that was opened, such as histograms of a validation.
    case opening = 11
    /// A batch that was abandoned.
    case batchAborted = 12
    /// Something signed, or that ought to be, that the role did not take.
    case refused = 13
    /// An order to train, validate or seal, with what became of it.
    case order = 14
    /// The coordinator's order to make keys of the next epoch.
    case epochOrdered = 24
    /// An epoch whose keys the coordinator has fixed.
    case epochFixed = 25
    /// Keys of the next epoch that a party or a member has offered.
    case epochOffered = 34
    /// A party that has its keys of an epoch, and has refreshed its shares.
    case epochReady = 35
    /// An epoch whose keys go in force.
    case epochActivated = 26
    /// An epoch under whose keys nothing counts any more.
    case epochClosed = 27
    /// A role that has no keys of a closed epoch any more.
    case epochErased = 36
    /// A role that showed two histories of its audit log.
    case contradicted = 15
    /// Scores that a party computed, by the root of a tree of statements.
    case scores = 16
    /// Session keys that a member announced.
    case session = 17
    /// What was erased of a member, or of a time.
    case erased = 18
    /// A decision that was computed again for an auditor.
    case replayed = 19
    /// What a member told the consortium of a validation.
    case verdict = 20
    /// At a desk: somebody looked at something that is a customer's.
    case looked = 28
    /// At a desk: somebody asked for a change.
    case changed = 29
    /// At a desk: somebody signed in or out.
    case entered = 30
    /// At a desk: somebody was not let in, or not let at something.
    case turnedAway = 31
    /// The log goes on from a part before it, whose root is the subject.
    case continued = 38

    /// The name that `cordon audit show --kind` takes.
    package var name: String {
        switch self {
        case .started: "started"
        case .manifest: "manifest"
        case .activation: "activation"
        case .collecting: "collecting"
        case .approval: "approval"
        case .decision: "decision"
        case .rotationOrdered: "rotation-ordered"
        case .keyInForce: "key-in-force"
        case .rotationFailed: "rotation-failed"
        case .join: "join"
        case .leave: "leave"
        case .expel: "expel"
        case .replace: "replace"
        case .opening: "opening"
        case .batchAborted: "batch-aborted"
        case .refused: "refused"
        case .order: "order"
        case .epochOrdered: "epoch-ordered"
        case .epochFixed: "epoch-fixed"
        case .epochOffered: "epoch-offered"
        case .epochReady: "epoch-ready"
        case .epochErased: "epoch-erased"
        case .epochActivated: "epoch-activated"
        case .epochClosed: "epoch-closed"
        case .contradicted: "contradicted"
        case .scores: "scores"
        case .session: "session"
        case .erased: "erased"
        case .replayed: "replayed"
        case .verdict: "verdict"
        case .looked: "looked"
        case .changed: "changed"
        case .entered: "entered"
        case .turnedAway: "turned-away"
        case .continued: "continued"
        }
    }

    /// The kind of this name; nil for any other text.
    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// Whether two events that say the same are one, told again. Programs start often, batches stop often for the same reason, and
    /// of scores there are too many to be remembered.
    var isOnce: Bool {
        switch self {
        case .started, .batchAborted, .scores, .looked, .changed, .entered, .turnedAway: false
        default: true
        }
    }

    /// Whether others can bring it about as often as they like.
    var isProvoked: Bool { self == .refused || self == .contradicted || self == .turnedAway }

    /// What happened, in words.
    var words: String {
        switch self {
        case .started: "the program started"
        case .manifest: "a model manifest was taken"
        case .activation: "a model went in force"
        case .collecting: "which rows of a next feature spec are collected"
        case .approval: "an operator approved of a model"
        case .decision: "the coordinator decided on a model"
        case .rotationOrdered: "a rotation of the token key was ordered"
        case .keyInForce: "a token key went in force"
        case .rotationFailed: "a token key came to nothing"
        case .join: "a member joined"
        case .leave: "a member left"
        case .expel: "a member was expelled"
        case .replace: "a party was replaced"
        case .opening: "something was opened"
        case .batchAborted: "a batch was abandoned"
        case .refused: "something was refused"
        case .order: "an order"
        case .epochOrdered: "keys of the next epoch were ordered"
        case .epochFixed: "the keys of an epoch were fixed"
        case .epochOffered: "keys of the next epoch were offered"
        case .epochReady: "a party is ready for an epoch of keys"
        case .epochErased: "keys of a closed epoch are erased"
        case .epochActivated: "the keys of an epoch go in force"
        case .epochClosed: "an epoch of keys is closed"
        case .contradicted: "a role showed two histories"
        case .scores: "scores were computed"
        case .session: "session keys were announced"
        case .erased: "something was erased"
        case .replayed: "a decision was computed again"
        case .verdict: "the member told of a validation"
        case .looked: "somebody looked at the desk"
        case .changed: "somebody asked for a change at the desk"
        case .entered: "somebody signed in or out at the desk"
        case .turnedAway: "somebody was turned away at the desk"
        case .continued: "the log goes on from the part before it"
        }
    }
}

/// What an entry says beside its kind and subject. The list is closed, and has no amount; what names an event of a member is in
/// logs of its own desk alone. Numbers are for ever; entries have their fields in this order.
package enum AuditField: UInt32, CaseIterable, Sendable, Hashable {
    /// Of a model.
    case version = 1
    /// Of an activation or a decision.
    case sequence = 2
    /// Of a topic, which `topic` names, or else of consortium.sealed.
    case partition = 3
    /// Where a public record stands: a manifest, an activation, an announcement, an order.
    case offset = 4
    /// Of keys.
    case epoch = 5
    case attempt = 6
    case party = 7
    case member = 8
    case `operator` = 9
    /// An order's number.
    case order = 10
    /// Of an order: "train", "validate" or "seal".
    case task = 11
    case outcome = 12
    /// A stable word for why.
    case code = 13
    case topic = 14
    /// The kind of what was refused, such as "model manifest".
    case object = 15
    /// Of the program.
    case program = 16
    case count = 17
    /// A sentence on why something was refused.
    case reason = 18
    /// Of a desk's log: who, such as `person:ana`.
    case actor = 19
    /// Of a desk's log: the route, such as `GET /alerts/{}`.
    case route = 20
    /// Of a desk's log: what the address named, such as the event id of an alert.
    case item = 21
    /// Of a desk's log: the keyed hash of a name that was looked for.
    case lookedFor = 22
    /// Of a log in several parts: a part's number.
    case part = 23

    /// As `cordon audit show` prints it.
    var name: String { "\(self)" }
}
