import Desk
import DeskStore
import Records

/// The page of one job.
struct JobPage {
    var frame: PageFrame
    var picture: JobPicture
    /// Names for the acts of its two forms.
    var acts: [ActID]
    var trouble: String?
    var cursor: FeedCursor

    private var job: BulkJob { picture.job }

    static func state(_ job: BulkJob) -> Phrase { job.isCancelled ? .cancelled : job.left == 0 ? .over : .running }

    var html: HTML {
        let deed = picture.deed.act.phrase(frame.language)
        return frame.page(
            title: "\(frame.text(.job)): \(deed)", place: "jobs",
            feed: job.isOver ? nil : "/feed?\(FormText.query([("cursor", "\(cursor)"), ("whose", "anyone")]))",
            """
            <p class="back"><a href="/jobs" data-key="Escape">← \(frame.text(.jobs))</a></p>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <div class="top"><div class="sum"><h1>\(deed)</h1>
            <p>\(job.by.name) · \(frame.time(micros: job.at))</p></div></div>
            <div id="job" data-job="\(picture.id.hex)" data-running="\(job.isOver ? "" : "1")" aria-live="polite">
            <p class="strong">\(frame.text(Self.state(job)))</p>
            <progress max="\(job.count)" value="\(job.done + job.refused)" aria-label="\(frame.text(.job))"></progress>
            <p>\(job.done) \(frame.text(.done)) · \(job.refused) \(frame.text(.skipped)) · \(job.left) \(frame.text(.left))</p>
            \(refused)</div>
            \(forms)
            """)
    }

    private var refused: HTML? {
        guard !picture.refused.isEmpty else { return nil }
        let rows = picture.refused.map { item, reason, row in
            let amount = row.map { frame.amount($0.facts.amount) } ?? item.hex
            return """
                <tr><td class="number"><a href="/alerts/\(item.hex)">\(amount)</a></td>
                <td>\(row.map { frame.name($0.facts.customer, of: .customer) } ?? "")</td>
                <td>\(frame.text(reason.phrase))</td><td>\(row?.work.holder?.actor.name ?? "")</td></tr>

                """ as HTML
        }
        let heads = [Phrase.amount, .customer, .why, .state].map { "<th scope=\"col\">\(frame.text($0))</th>" as HTML }
        let rest = Int(job.refused) - picture.refused.count
        return """
            <section><h2>\(frame.text(.skipped)) (\(job.refused))</h2><div class="scroll"><table class="queue">
            <thead><tr>\(heads)</tr></thead><tbody>
            \(rows)</tbody></table></div>\(rest > 0 ? "<p>\(rest) \(frame.text(.moreOf))</p>" as HTML : nil)</section>
            """
    }

    private var forms: HTML? {
        guard frame.may(.work) else { return nil }
        func form(_ deed: String, _ act: ActID, _ words: Phrase) -> HTML {
            """
            <form class="act" method="post" action="/jobs/\(picture.id.hex)/\(deed)">\(frame.tokenField)
            <input type="hidden" name="act" value="\(act.hex)"><button>\(frame.text(words))</button></form>
            """
        }
        if !job.isOver { return job.by == frame.me || frame.may(.assign) ? form("cancel", acts[0], .cancel) : nil }
        return job.refused > 0 && job.by == frame.me ? form("retry", acts[1], .retry) : nil
    }
}

/// The page with the latest jobs.
struct JobsPage {
    var frame: PageFrame
    var jobs: [(id: ItemID, job: BulkJob)]

    var html: HTML {
        let rows = jobs.map { id, job in
            """
            <tr><td><a href="/jobs/\(id.hex)">\(frame.time(micros: job.at))</a></td><td>\(job.by.name)</td>
            <td class="number">\(job.count)</td><td class="number">\(job.done)</td><td class="number">\(job.refused)</td>
            <td>\(frame.text(JobPage.state(job)))</td></tr>

            """ as HTML
        }
        let heads = [
            (Phrase.time, false), (.name, false), (.items, true), (.done, true), (.skipped, true), (.state, false),
        ]
        .map { words, isNumber in
            "<th scope=\"col\"\(isNumber ? " class=\"number\"" as HTML : "")>\(frame.text(words))</th>" as HTML
        }
        let list: HTML =
            jobs.isEmpty
            ? """
            <div class="empty"><p class="strong">\(frame.text(.noJobs))</p><p>\(frame.text(.noJobsHint))</p></div>
            """
            : """
            <div class="scroll"><table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
        return frame.page(
            title: frame.text(.jobs), place: "jobs",
            """
            <div class="head"><h1>\(frame.text(.jobs))</h1></div>\(list)
            """)
    }
}
