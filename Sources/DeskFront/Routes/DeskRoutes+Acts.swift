import Desk
import DeskStore
import Foundation
import HTTPFront
import NIOHTTP1
import Policy
import Records

/// What forms of pages ask for.
extension DeskRoutes {
    func next(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        guard let me = frame.me else { return trouble(.forbidden, Trouble.role, frame) }
        let filter = try frame.filter(request.filterFields)
        return try await next(filter, me, done: nil)
    }

    /// Sends the browser on to the next alert of a filter, which is its reader's then; to the list where there is none.
    private func next(_ filter: QueueFilter, _ me: Actor, done: ItemID?) async throws -> Reply {
        var fields = filter.parameters
        guard let row = try await service.claimNext(filter, by: me) else {
            return Reply(seeOther: "/queue?" + FormText.query(fields))
        }
        if let done { fields.append(("done", done.hex)) }
        return Reply(seeOther: "/alerts/\(row.facts.item)?" + FormText.query(fields))
    }

    /// An act that needs nothing but its item.
    func act(_ act: Act, _ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        try await settle(act, request, frame) { item in
            Reply(seeOther: "/alerts/\(item)?" + FormText.query(request.filterFields))
        }
    }

    func note(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        let text = request.form?["text"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard !text.isEmpty, text.utf8.count <= Act.noteLimit else {
            return try refused(
                request, frame, .unprocessableEntity,
                Phrase("A note has 1 to \(Act.noteLimit) bytes.", "Eine Notiz hat 1 bis \(Act.noteLimit) Bytes."))
        }
        return try await act(.note(text), request, frame)
    }

    func verdict(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        try await judge(request, frame) { judgement, me in
            let filter = try frame.filter(request.filterFields)
            return try await settle(.judge(judgement), request, frame) { item in
                try await next(filter, me, done: item)
            }
        }
    }

    /// A second person's verdict, which is given without knowing the first.
    func second(_ request: DeskRequest, _ frame: PageFrame) async throws -> Reply {
        try await judge(request, frame) { judgement, _ in
            try await settle(.second(judgement), request, frame) { _ in
                Reply(seeOther: "/queue?shown=closed&awaits=look")
            }
        }
    }

    private func judge(
        _ request: DeskRequest, _ frame: PageFrame, _ done: (Judgement, Actor) async throws -> Reply
    ) async throws -> Reply {
        guard let form = request.form, let me = frame.me else { return trouble(.badRequest, Trouble.unreadable, frame) }
        let judgement: Judgement
        switch Self.judgement(form) {
        case .success(let found): judgement = found
        case .failure(let fault):
            return try refused(
                request, frame, .unprocessableEntity,
                fault.phrase)
        }
        guard form["version"].flatMap({ Int64($0) }) != nil else {
            return trouble(.badRequest, Trouble.unreadable, frame)
        }
        return try await done(judgement, me)
    }

    /// Why a form holds no verdict.
    struct FormFault: Error, CustomStringConvertible {
        var field: String
        var reason: Mistake

        var description: String { "\(field): \(reason)" }
        var phrase: Phrase { reason.phrase(of: field) }
    }

    /// The verdict that a form holds, field by field.
    static func judgement(_ form: [String: String]) -> Result<Judgement, FormFault> {
        func value(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let finding = value("finding").flatMap({ Finding(rawValue: $0) }) else {
            return .failure(FormFault(field: "finding", reason: .noVerdict))
        }
        guard let source = KnowledgeSource(rawValue: value("known_by") ?? "analyst") else {
            return .failure(FormFault(field: "known_by", reason: .notListed))
        }
        var judgement = Judgement(finding, source: source)
        if let text = value("fraud_type") {
            guard let type = FraudType(rawValue: text) else {
                return .failure(FormFault(field: "fraud_type", reason: .notListed))
            }
            judgement.fraudType = type
        }
        do throws(MinorUnits.ParseError) {
            judgement.loss = try value("loss").map { text throws(MinorUnits.ParseError) in try MinorUnits(decimal: text)
            }
        } catch { return .failure(FormFault(field: "loss", reason: Mistake(error))) }
        do throws(MinorUnits.ParseError) {
            judgement.recovered = try value("recovered").map { text throws(MinorUnits.ParseError) in
                try MinorUnits(decimal: text)
            }
        } catch { return .failure(FormFault(field: "recovered", reason: Mistake(error))) }
        if let fault = judgement.fault { return .failure(FormFault(field: fault.field, reason: fault.reason)) }
        if (form["remark"] ?? "").utf8.count > Act.noteLimit {
            return .failure(FormFault(field: "remark", reason: .longNote))
        }
        return .success(judgement)
    }

    /// Asks for an act of a form; where it takes no effect, its page says why and has all that was typed.
    private func settle(
        _ act: Act, _ request: DeskRequest, _ frame: PageFrame, done: (ItemID) async throws -> Reply
    ) async throws -> Reply {
        guard let item = request.item, let me = frame.me else { return trouble(.notFound, Trouble.missing, frame) }
        guard let row = try service.index.alert(item) else { return trouble(.notFound, Trouble.missing, frame) }
        let outcome = try await service.settle(
            act, on: item, by: me, expects: request.form?["version"].flatMap { Int64($0) },
            remark: request.form?["remark"] ?? "", id: request.form?["act"].flatMap { ActID($0) },
            amount: row.facts.amount)
        switch outcome {
        case .done: return try await done(item)
        case .refused(let reason): return try refused(request, frame, .conflict, reason.phrase)
        }
    }

    private func refused(
        _ request: DeskRequest, _ frame: PageFrame, _ status: HTTPResponseStatus, _ reason: Phrase
    ) throws -> Reply {
        guard let item = request.item else { return trouble(.notFound, Trouble.missing, frame) }
        return try show(
            item, frame, query: FormText.query(request.filterFields), status: status,
            notice: .refused(frame.text(reason)),
            typed: request.form ?? [:])
    }
}

extension Work.Refusal {
    /// Why nothing was done, and what to do now.
    var phrase: Phrase {
        switch self {
        case .changed:
            Phrase(
                "Somebody changed it in the meantime. Nothing of yours was taken; look at it again.",
                "Jemand hat es inzwischen geändert. Ihre Eingabe wurde nicht übernommen; sehen Sie es noch einmal an.")
        case .held: Phrase("Somebody else is working on it.", "Jemand anders arbeitet daran.")
        case .notHeld:
            Phrase("Your claim has ended; claim it again.", "Ihre Übernahme ist abgelaufen; übernehmen Sie es erneut.")
        case .closed:
            Phrase(
                "It has a verdict already; open it again first.", "Es hat schon ein Urteil; öffnen Sie es erst wieder.")
        case .notClosed: Phrase("It is open already.", "Es ist schon offen.")
        case .alreadyRaised: Phrase("It is before the desk already.", "Es liegt schon vor.")
        case .notProposed:
            Phrase("No verdict of it waits for a second person.", "Kein Urteil dazu wartet auf eine zweite Person.")
        case .ownProposal:
            Phrase(
                "Another person than the one who gave this verdict has to agree.",
                "Eine andere Person als die, die dieses Urteil gab, muss zustimmen.")
        case .proposed:
            Phrase(
                "A verdict waits for a second person; settle that first.",
                "Ein Urteil wartet auf eine zweite Person; klären Sie das zuerst.")
        case .missing: Phrase("There is no such case.", "Diesen Fall gibt es nicht.")
        case .caseExists:
            Phrase(
                "There is an open case about the same name; put it there, or say that this is another one.",
                "Zu diesem Namen gibt es einen offenen Fall; nehmen Sie ihn, oder sagen Sie, dass dies ein anderer ist."
            )
        case .caseClosed:
            Phrase("The case is closed; open it again first.", "Der Fall ist geschlossen; öffnen Sie ihn erst wieder.")
        case .linked: Phrase("It is in this case already.", "Es ist schon in diesem Fall.")
        case .notLinked: Phrase("It is in no case.", "Es ist in keinem Fall.")
        case .openItems:
            Phrase(
                "Something in the case has no verdict yet; close it with one for all, or judge those first.",
                "Etwas im Fall hat noch kein Urteil; schließen Sie ihn mit einem für alle, oder urteilen Sie erst.")
        case .full: Phrase("There are as many as there may be.", "Mehr sind nicht möglich.")
        case .badTime:
            Phrase(
                "That time is over, or too far away: 90 days at most, and 7 for all of a rule.",
                "Diese Zeit ist vorbei oder zu weit weg: höchstens 90 Tage, für eine ganze Regel 7."
            )
        case .notSnoozed: Phrase("It is not put aside.", "Es ist nicht zurückgestellt.")
        case .cancelled: Phrase("Somebody ended the job.", "Der Auftrag wurde abgebrochen.")
        case .over: Phrase("It is over already.", "Das ist schon zu Ende.")
        case .noSecondLook:
            Phrase("It waits for no second look.", "Hier ist keine zweite Prüfung nötig.")
        case .snoozeExists:
            Phrase("The rule is snoozed for it already.", "Dafür ist die Regel schon stumm.")
        case .paused: Phrase("Its clock stands already.", "Die Uhr steht schon.")
        case .notPaused: Phrase("Its clock does not stand.", "Die Uhr steht nicht.")
        case .noSuchAct: Phrase("This can't be done to it.", "Das ist damit nicht möglich.")
        }
    }
}
