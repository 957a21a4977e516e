import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// Rules that are tried on the past before they go live.
extension DeskRoutes {
    var trialRoutes: [DeskRoute] {
        // A trial shows payments of its asker's team.
        let one = DeskRoute.Subject.object(missing: .noTrial) { request, frame in
            guard let trial = request.item.flatMap({ service.trials?.trial($0) }) else { return .missing }
            return isOwn(trial, frame) ? .own : .foreign
        }
        return [
            .get("/trials", needs: .rules, about: .nothing) { _, frame in trials(frame) },
            .post("/trials/start", needs: .rules, about: .nothing) { request, frame in startTrial(request, frame) },
            .get("/trials/{}", needs: .rules, about: one) { request, frame in
                guard let trial = request.item.flatMap({ service.trials?.trial($0) }) else {
                    return trouble(.notFound, .noTrial, frame)
                }
                return Reply(page: TrialPage(frame: frame, trial: trial).html)
            },
            .post("/trials/{}/cancel", needs: .rules, about: one) { request, frame in
                guard let id = request.item, let trial = service.trials?.trial(id) else {
                    return trouble(.notFound, .noTrial, frame)
                }
                guard trial.by == frame.me || frame.may(.assign) else {
                    return trouble(.forbidden, Trouble.role, frame)
                }
                service.trials?.cancel(id)
                return Reply(seeOther: "/trials/\(id)")
            },
        ]
    }

    private func isOwn(_ trial: RuleTrials.Trial, _ frame: PageFrame) -> Bool {
        frame.scope == .everything || trial.by == frame.me && trial.scope == frame.scope
    }

    private func trials(
        _ frame: PageFrame, _ status: HTTPResponseStatus = .ok, trouble: String? = nil, typed: String = ""
    ) -> Reply {
        guard let trials = service.trials else {
            return Reply(page: frame.trouble(title: frame.text(.trials), advice: frame.text(.trialsOff)))
        }
        return Reply(
            status,
            page: TrialsPage(
                frame: frame, trials: trials.all.filter { isOwn($0, frame) }, act: service.newAct(), trouble: trouble,
                typed: typed
            ).html)
    }

    private func startTrial(_ request: DeskRequest, _ frame: PageFrame) -> Reply {
        guard let trials = service.trials else { return self.trials(frame) }
        guard let form = request.form, let me = frame.me, let act = form["act"].flatMap({ ItemID($0) }) else {
            return trouble(.badRequest, Trouble.unreadable, frame)
        }
        let text = form["rule"] ?? ""
        guard (1...TriedRule.limit).contains(text.utf8.count) else {
            return self.trials(frame, .unprocessableEntity, trouble: frame.text(.noRule), typed: text)
        }
        do throws(RuleTrials.Refusal) {
            try trials.start(text, as: act, by: me, within: frame.scope)
        } catch {
            switch error {
            case .fault(let fault): return self.trials(frame, .unprocessableEntity, trouble: "\(fault)", typed: text)
            case .full: return self.trials(frame, .serviceUnavailable, trouble: frame.text(.trialsFull), typed: text)
            }
        }
        return Reply(seeOther: "/trials/\(act.hex)")
    }
}
