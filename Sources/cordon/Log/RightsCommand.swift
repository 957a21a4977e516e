import ArgumentParser
import PipelineFiles
import Roles
import Terminal

/// Prints what each user may do on the cluster.
struct RightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights", abstract: "Print which user of the cluster reads and writes which topics.",
        discussion: """
            A user a process: party-0 to party-2, coordinator, operators, and of every member MEMBER.agent (`cordon ingest`, \
            `cordon backfill`), MEMBER.core (its core system) and MEMBER.risk (its risk team's desk). With --acls the lines are \
            a script of Kafka's kafka-acls.sh; give that script the cluster's address: `sh acls.sh --bootstrap-server \
            HOST:PORT --command-config FILE`. It only adds: a cluster without an authoriser, or with \
            allow.everyone.if.no.acl.found, allows more.
            """)

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("Print this user's alone.", valueName: "name"))
    var user: String?

    @Flag(help: "Print a script of kafka-acls.sh.")
    var acls = false

    @Option(help: ArgumentHelp("What a principal begins with, such as `User:CN=`.", valueName: "text"))
    var principal = "User:"

    func run() throws {
        let roster = try Roster(file: roster)
        let all = LogUser.all(roster)
        let users = user.map { name in all.filter { $0.name == name } } ?? all
        guard !users.isEmpty else {
            throw Failure("`--user \(user ?? "")` is nobody of this roster: \(all.map(\.name).joined(separator: ", "))")
        }
        guard !principal.contains("'") else { throw Failure("`--principal` has no quotation mark") }
        let members = roster.members.map(\.id)
        if acls { print("#!/bin/sh\nset -e") }
        for user in users {
            let rights = TopicRights(of: user, members: members)
            if acls {
                print("# \(user.name)")
                for line in rights.commands(for: user, principal: principal) { print(line) }
            } else {
                print(user.name)
                for (word, names) in [
                    ("reads", rights.reads), ("writes", rights.writes),
                    ("groups", rights.groups.union(rights.groupPrefixes.map { $0 + "*" })),
                    ("transactional ids", Set(rights.transactions.map { $0 + "*" })),
                ] where !names.isEmpty {
                    print("  \(column(word, 18, left: true))\(names.sorted().joined(separator: ", "))")
                }
            }
        }
    }
}
