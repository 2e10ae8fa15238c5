#!/bin/sh
# sbatch --wait slurm.sh && coulis run /data/photos /data/results
#SBATCH --job-name=coulis-shares
#SBATCH --array=1-64
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --requeue
exec coulis run /data/photos /data/results --threads 1 --share "$SLURM_ARRAY_TASK_ID/64"
