import EventLogs
import Foundation
import Records
import Support
import Testing

@Suite("Tokens in the commands")
struct TokenProcessTests {
    @Test(
        "three parties make one key and rotate it, whoever is killed meanwhile, and members' history is told in its tokens"
    )
    func keyAndHistory() throws {
        let consortium = try TestConsortium()
        let folder = consortium.folder
        for party in TestConsortium.parties { try consortium.start(party) }
        consortium.processes["party-1"]?.kill()
        try consortium.start("party-1")
        for party in TestConsortium.parties {
            try eventually("\(party) has the key") {
                consortium.processes[party]?.said.contains("token key in force") == true
            }
        }
        // A commitment, a dealing and a manifest of each party, and what was said again after the kill.
        #expect(try consortium.records(Topics.tokenKeys).count >= 9)

        let bins = folder.path("consortium.json")
        try consortium.command(
            "features", "fit", "pipelines/features/card-consortium.yaml", "--data", folder.path("data"), "--days",
            "2026-01-05..2026-01-10", "--out", bins)
        try consortium.command(
            "backfill", "--member", "bank-a", "--roster", consortium.roster, "--keys", folder.path("keys/bank-a"),
            "--state", folder.path("state/bank-a"), "--bins", bins, "--log", consortium.logURL, "--data",
            folder.path("data"), "--days", "2026-01-01..2026-01-15")
        let told = try consortium.records(Topics.labels).map { try #require(LabelRecord($0.value ?? [])) }
        #expect(told.allSatisfy { $0.header.history && $0.header.member?.name == "bank-a" && $0.boxes.count == 3 })
        // A label delay of seven days: the first eight days are labelled, the other seven not yet.
        #expect(Set(told.filter(\.header.labelled).compactMap { $0.header.source?.offset }).count == 8)
        #expect(Set(told.filter { !$0.header.labelled }.compactMap { $0.header.source?.offset }).count == 7)
        #expect(try consortium.records("bank-a.evaluations").count >= 2)

        // A party that comes back has its key, and makes no other.
        let steps = try consortium.records(Topics.tokenKeys).count
        consortium.processes["party-2"]?.terminate()
        #expect(consortium.processes["party-2"]?.wait() == 0)
        try consortium.start("party-2")
        try eventually("party-2 has its key again") {
            consortium.processes["party-2"]?.said.contains("token key in force") == true
        }
        #expect(try consortium.records(Topics.tokenKeys).count == steps)

        // The coordinator orders another key: parties take it up as they run, and history is told in its tokens.
        #expect(Set(told.map(\.header.tokenEpoch)) == [1])
        try consortium.command(
            "tokens", "rotate", "--roster", consortium.roster, "--keys", folder.path("keys/coordinator"), "--log",
            consortium.logURL, "--wait", "60")
        for party in TestConsortium.parties {
            try eventually("\(party) has the new key") {
                consortium.processes[party]?.said.contains("token key rotation ordered") == true
            }
        }
        try consortium.command(
            "backfill", "--member", "bank-b", "--roster", consortium.roster, "--keys", folder.path("keys/bank-b"),
            "--state", folder.path("state/bank-b"), "--bins", bins, "--log", consortium.logURL, "--data",
            folder.path("data"), "--days", "2026-01-01..2026-01-15")
        let later = try consortium.records(Topics.labels).dropFirst(told.count).map {
            try #require(LabelRecord($0.value ?? []))
        }
        #expect(Set(later.map(\.header.tokenEpoch)) == [2])
        #expect(consortium.stopAll().values.allSatisfy { $0 == 0 })
    }
}
