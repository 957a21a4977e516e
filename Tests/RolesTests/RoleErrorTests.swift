import Audit
import EventLogs
import Records
import Roles
import Support
import Testing

@Suite("What a role stops with")
struct RoleErrorTests {
    @Test("is a sentence that names what is wrong and what to do")
    func sentences() throws {
        let bank = try member("bank-a")
        let sentences: [(RoleError, String)] = [
            (.unknownMember("bank-x"), "the roster has no member `bank-x`"),
            (.rosterLacks(.one), "the roster lacks party-1"),
            (.notTheCoordinator(keys: "k"), "the key in k is not the roster's coordinator"),
            (.sessionKeysGone(epoch: 4, keys: "k"), "the session keys of epoch 4 are not in k"),
            (
                .otherSessionKeys(bank, epoch: 4),
                "other session keys of bank-a for epoch 4 are on consortium.sessions: all its agents need the same key "
                    + "folder, or the roster another epoch"
            ),
            (
                .sessionKeysOfAnotherVersion(epoch: 4, keys: "k"),
                "the session keys of epoch 4 in k were announced by an older version, or to another consortium: remove "
                    + "session-4.key there and start all agents of the member again"
            ),
            (.sessionKeysIncomplete, "there are not session keys with all three parties"),
            (
                .noTokenKey,
                "there is no token key yet: the parties make the first one by themselves when all three run `cordon score`"
            ),
            (
                .otherBins(file: "b.json", digest: "aa", models: ["v1 is for bb", "v2 is for cc"]),
                "the bins in b.json have the digest aa, but v1 is for bb, v2 is for cc: take the bins that the consortium "
                    + "published with its model"
            ),
            (
                .topicNotCompacted(topic: "t", cleanup: .delete),
                "t: cleanup.policy is delete and must be compact, or what it holds is gone one day"
            ),
            (
                .topicLosesRecords("t", "retention.ms is 1 and must be -1"),
                "t: retention.ms is 1 and must be -1: every record has to stay, because the first of a key is the one "
                    + "that counts"
            ),
            (
                .topicStampedByWriters(topic: "t"),
                "t: message.timestamp.type is CreateTime and must be LogAppendTime, or members say themselves on which day "
                    + "they ask, and no limit of the roster holds"
            ),
            (
                .topicKeepsTooLittle(topic: "t", seconds: 60, least: 120),
                "t: retention.ms is 60000 and must be at least 120000, so that windows can be filled again from it"
            ),
            (
                .topicKeepsTooMuch(topic: "t", seconds: nil, most: 86_400),
                "not_agreed: t: retention.ms is -1 and must be at most 86400000, as the agreement has it: `cordon topics check` "
                    + "tells of all topics"
            ),
            (
                .purposeNotAgreed("credit", agreed: ["aml", "fraud-prevention"]),
                "not_agreed: the agreement has scores for aml, fraud-prevention, and not for credit"
            ),
            (.httpServer(reason: "no port"), "the HTTP server failed: no port"),
            (
                .auditLog(.altered(4)),
                "the audit log is not what this role wrote: entry 4 is altered: the next one names another in its place. Keep the file "
                    + "as evidence; moved away, a new log begins, and who has seen the old one's heads will say that it was set back"
            ),
        ]
        for (error, sentence) in sentences { #expect("\(error)" == sentence) }
        #expect(Set(sentences.map(\.0)).count == sentences.count)
    }
}

@Suite("A tally")
struct TallyTests {
    @Test("is the sum of what was added, by whoever")
    func sum() throws {
        let tally = Tally()
        #expect(tally.count == 0 && tally.add() == 1 && tally.add(4) == 5 && tally.add(-2) == 3)
        let threads = (0..<4).map { _ in Worker { for _ in 0..<500 { tally.add(2) } } }
        for thread in threads { try thread.value() }
        #expect(tally.count == 4003)
    }
}
