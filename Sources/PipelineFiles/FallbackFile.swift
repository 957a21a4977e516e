package import Policy
import Records

/// Reads the `fallback` of a policy file: what a member does where no score comes in time. Where there is none, a person looks.
package func readFallback(file: String) throws(ConfigurationError) -> FallbackPolicy {
    guard let section = try YAMLNode(file: file).optional("fallback") else { return .review }
    let nodes = try section.list
    guard let last = nodes.last else { throw section.wrong("is empty; without it, every transaction is reviewed") }
    var steps: [FallbackPolicy.Step] = []
    for node in nodes.dropLast() {
        try node.allow("up_to", "decision")
        let limit = try node.child("up_to")
        do {
            steps.append(.init(upTo: try MinorUnits(decimal: try limit.string), band: try band(node)))
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw limit.wrong("an amount such as 50.00 belongs here, in the consortium's currency")
        }
    }
    try last.allow("decision")
    do {
        return try FallbackPolicy(steps: steps, otherwise: try band(last))
    } catch let error as ConfigurationError {
        throw error
    } catch FallbackPolicy.Invalid.outOfOrder(let index) {
        throw try nodes[index].child("up_to").wrong("must be above the one before it")
    } catch {
        throw section.wrong("\(error)")
    }
}

private func band(_ node: YAMLNode) throws(ConfigurationError) -> Band {
    let decision = try node.child("decision")
    guard let band = Band(rawValue: try decision.string) else {
        throw decision.wrong("is not one of \(Band.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return band
}
