import Formats
import Records

extension Act {
    /// Puts what the act has beside its word.
    func write(to out: inout JSONObjectWriter) {
        switch self {
        case .claim(let lease): out.put("lease", lease)
        case .assign(let to, let lease):
            out.put("lease", lease)
            out.put("to", to.name)
            out.put("toKind", to.kind.rawValue)
        case .judge(let judgement), .second(let judgement): judgement.write(to: &out)
        case .note(let text): out.put("text", text)
        case .raise(let source, let transaction, let sample):
            sample?.write(to: &out)
            out.put("source") { out in
                out.put("index", source.index)
                out.put("offset", source.offset)
                out.put("partition", source.partition)
            }
            out.put("transaction", transaction)
        case .file(let act): act.write(to: &out)
        case .bulk(.start(let order)):
            order.deed.write(to: &out)
            out.put("deed", order.deed.word)
            out.put("items", order.items.map(\.text))
        case .aside(.snooze(let until, let wakes)):
            out.put("until", until)
            out.put("wakes", wakes.map(\.rawValue).sorted())
        case .aside(.wake(let event)): out.put("wakes", event.map { [$0.rawValue] })
        case .aside(.pause(let until, let awaited)):
            out.put("until", until)
            out.put("waitsFor", awaited.rawValue)
        case .ruleSnooze(.start(let order)):
            out.put("about", order.about?.kind.rawValue)
            out.put("name", order.about?.name)
            out.put("rule", order.rule)
            out.put("scope", order.scope == .everything ? nil : order.scope.text)
            out.put("text", order.reason)
            out.put("until", order.until)
        case .filter(.save(let saved)):
            out.put("filter", saved.fields)
            out.put("name", saved.name)
            out.put("team", saved.team)
        case .house(let rules): out.put("rules", rules.text)
        case .release, .late, .soon, .aside(.resume), .filter(.drop), .reopen, .confirm, .object, .bulk(.cancel),
            .ruleSnooze:
            break
        }
    }
}

extension FileAct {
    fileprivate func write(to out: inout JSONObjectWriter) {
        switch self {
        case .open(let title, let about, let isAnother):
            out.put("about", about?.kind.rawValue)
            if isAnother { out.put("isAnother", true) }
            out.put("name", about?.name)
            out.put("title", title)
        case .link(let target): out.put("case", target.hex)
        case .task(let text): out.put("text", text)
        case .finish(let task): out.put("task", task)
        case .close(let judgement): judgement?.write(to: &out)
        case .unlink: break
        }
    }
}

extension Judgement {
    fileprivate func write(to out: inout JSONObjectWriter) {
        out.put("finding", finding.rawValue)
        out.put("fraudType", fraudType?.rawValue)
        out.put("knownBy", source.rawValue)
        out.put("loss", loss?.decimal)
        out.put("recovered", recovered?.decimal)
    }
}
