import ArgumentParser
import Evaluation
import Manifests
import Records
import Roles
import Terminal

struct SyncRuleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule", abstract: "Print the digest by which an agreement names a rule of promotion.",
        discussion: """
            Put it into the agreement's `promotion` (`cordon consortium show --yaml`, `propose`): from then on versions are promoted by this \
            rule alone, with the same options at `cordon sync promote` and `run`. Parties compute its verdict themselves before they switch.

              cordon sync rule --least-frauds 500 --least-gain 0.005
            """)

    @OptionGroup var rules: SyncRuleOptions

    func run() throws {
        let rule = try rules.planner().settings.promotion
        say("promotion: \"\(hexadecimal(SyncDecision.agreedDigest(ofRule: rule.encoded).bytes))\"")
    }
}
