"""What was measured and where: detectors, beams, poses, scans, rays, and what they could see."""
