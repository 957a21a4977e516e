package import Records

/// The names of topics: what is before the dot owns the topic (and, in the embedded log, the file).
package enum Topics {
    package static let sealed = "consortium.sealed"
    package static let sessions = "consortium.sessions"
    package static let manifests = "consortium.manifests"
    package static let rejected = "consortium.rejected"
    package static let tokenKeys = "consortium.tokenkeys"
    package static let sync = "consortium.sync"
    package static let agreement = "consortium.agreement"
    package static let labels = "consortium.labels"
    package static let batches = "consortium.batches"
    package static let audit = "consortium.audit"
    package static let replays = "consortium.replays"
    package static let reasons = "consortium.reasons"

    package static func transactions(_ member: MemberID) -> String { "\(member).transactions" }
    package static func blinded(_ member: MemberID) -> String { "\(member).blinded" }
    package static func evaluations(_ member: MemberID) -> String { "\(member).evaluations" }
    package static func scores(_ member: MemberID) -> String { "\(member).scores" }
    package static func receipts(_ member: MemberID) -> String { "\(member).receipts" }
    package static func evidence(_ member: MemberID) -> String { "\(member).evidence" }
    package static func decisions(_ member: MemberID) -> String { "\(member).decisions" }
    package static func alerts(_ member: MemberID) -> String { "\(member).alerts" }
    package static func cases(_ member: MemberID) -> String { "\(member).cases" }
    package static func contributions(_ member: MemberID) -> String { "\(member).contributions" }
    package static func reasons(_ member: MemberID) -> String { "\(member).reasons" }
    package static func rejected(_ member: MemberID) -> String { "\(member).rejected" }
}
